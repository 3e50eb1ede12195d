"use strict";
// Copy buttons, the search key, questions before what cannot be undone, unsaved typing, the box to type into first, rows that open, jumps that stay, the programme one looks at, and pages whose login has ended.
(() => {
    const isTyping = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

    const copy = async (text) => {
        if (navigator.clipboard && window.isSecureContext) {
            await navigator.clipboard.writeText(text);
            return;
        }
        const box = document.createElement("textarea"); // plain http on a shop's own network has no clipboard of its own
        box.value = text;
        box.style.position = "fixed";
        document.body.append(box);
        box.select();
        document.execCommand("copy");
        box.remove();
    };

    document.addEventListener("click", (event) => {
        const button = event.target.closest("[data-copy]");
        if (button) {
            copy(button.dataset.copy).then(() => {
                button.classList.add("gx-copied");
                setTimeout(() => button.classList.remove("gx-copied"), 1200);
            });
            return;
        }
        const row = event.target.closest("tr[data-href]");
        if (row && !event.target.closest("a, button") && !String(window.getSelection())) {
            window.location.href = row.dataset.href;
        }
    });

    let typed = false; // in a form whose content would be lost by leaving the page
    document.addEventListener("DOMContentLoaded", () => {
        typed = document.querySelector("form[data-warn-unsaved=refused]") !== null; // what was refused is not saved either
    });
    document.addEventListener("submit", (event) => {
        const question = event.submitter?.dataset.confirm;
        if (question && !window.confirm(question)) {
            event.preventDefault();
            return;
        }
        typed = false;
    });

    document.addEventListener("input", (event) => {
        typed ||= Boolean(event.target.closest("form[data-warn-unsaved]"));
    });
    window.addEventListener("beforeunload", (event) => {
        if (typed) {
            event.preventDefault();
        }
    });

    document.addEventListener("keydown", (event) => {
        if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
            const box = document.querySelector("#searchbar") ? null : document.querySelector("[data-lookup]");
            if (box) {
                event.preventDefault();
                box.focus();
                box.select();
            }
        }
    });

    document.addEventListener("change", (event) => {
        if (event.target.dataset.region === "0") {
            const district = document.getElementById("id_district_code"); // another province: the old city's districts are void
            if (district) {
                district.replaceChildren(new Option("—", ""));
            }
        }
    });

    document.addEventListener("DOMContentLoaded", () => {
        for (const input of document.querySelectorAll(".gx-form input[type=file]")) {
            input.hasChangeListener = true; // the theme looks for a box beside it that only its own file fields have
        }
    });

    document.addEventListener("alpine:initialized", () => {
        queueMicrotask(() => {
            // The theme hides the page until now. A browser that meets [autofocus] on a hidden box gives up on it, and the first keys go nowhere.
            if (document.activeElement === document.body) {
                document.querySelector("[autofocus]")?.focus();
            }
        });
    });

    document.addEventListener("DOMContentLoaded", () => {
        // What has come works at once: by itself, htmx shows new buttons for a moment, longer on a busy machine, before it listens to them.
        window.htmx.config.defaultSettleDelay = 0;
    });

    document.addEventListener("DOMContentLoaded", () => {
        // The programme somebody looks at stays theirs from page to page, in this tab. The address says which it is, so a form never means another.
        const [chosen, known] = [new URLSearchParams(window.location.search).get("programme"), window.sessionStorage.getItem("programme")];
        if (chosen) {
            window.sessionStorage.setItem("programme", chosen);
        } else if (known && !window.location.search && !window.location.hash) {
            const link = [...document.querySelectorAll(".gx-programmes a:not([aria-current])")].find(
                (each) => each.pathname === window.location.pathname && new URLSearchParams(each.search).get("programme") === known
            );
            if (link) {
                window.location.replace(link.href);
            }
        }
    });

    document.addEventListener("htmx:beforeSwap", (event) => {
        if (event.detail.xhr.responseURL.includes("/admin/login/")) {
            event.detail.shouldSwap = false;
            window.location.reload();
        } else if (event.detail.xhr.status === 400) {
            event.detail.shouldSwap = true;
            event.detail.isError = false;
        }
    });

    let aim = null; // the part of the page somebody jumped to: those above it load when they are passed, and would push it away
    const aimAt = (hash) => {
        const part = document.getElementById(hash.slice(1));
        aim = part?.matches(".gx-panel") ? part : null;
    };
    for (const moved of ["wheel", "touchmove", "pointerdown", "keydown"]) {
        document.addEventListener(moved, () => (aim = null), { capture: true, passive: true });
    }
    document.addEventListener("click", (event) => {
        const link = event.target.closest("a[href^='#']");
        if (link) {
            aimAt(link.hash);
        }
    });
    document.addEventListener("DOMContentLoaded", () => {
        if (performance.getEntriesByType("navigation")[0]?.type === "navigate") {
            aimAt(window.location.hash); // a page come back to is where one left it
            aim?.querySelector("h2").after(...document.querySelectorAll(".gx-messages")); // what was done is said where it was done
        }
    });

    document.addEventListener("htmx:afterSettle", (event) => {
        const box = event.target.querySelector?.("[autofocus]");
        if (box) {
            box.focus();
        }
        aim?.scrollIntoView();
    });
})();
