"use strict";
// The telephone of /demo/shop/: every press sends what a storefront would send, and shows what went and what came back, word for word.
const shop = JSON.parse(document.getElementById("shop").textContent);
const member = { one_id: shop.one_id };
const opened = performance.now();
const held = { token: "", ends: 0, order: null, coupon: null, calls: 0 };
const buttons = [...document.querySelectorAll("[data-press]")];
const part = (name) => document.querySelector(`[data-shows="${name}"]`);
const now = () => new Date(Date.parse(shop.now) + performance.now() - opened).toISOString(); // the demo's clock may be set
const some = () => Math.random().toString(36).slice(2, 8);
const money = (minor) => new Intl.NumberFormat(shop.language, { style: "currency", currency: "CNY", currencyDisplay: "narrowSymbol" }).format(minor / 100);
const whole = (number) => new Intl.NumberFormat(shop.language).format(number);

// One request and its answer, newest on top. open: what a press is about, as against what is read for the telephone's own figures.
function note(words, method, path, headers, body, answer, said, open) {
    const card = document.getElementById("shop-call").content.firstElementChild.cloneNode(true);
    card.querySelector("b").textContent = words;
    card.querySelector("code").textContent = `${method} ${path}`;
    const badge = card.querySelector(".gx-badge");
    badge.textContent = answer.status;
    badge.classList.add(answer.ok ? "gx-success" : "gx-danger");
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n");
    card.querySelector("[data-asked]").textContent = `${method} ${path}\n${head}\n${body ? `\n${body}` : ""}`;
    card.querySelector("[data-answered]").textContent = JSON.stringify(said, null, 2);
    card.open = open;
    card.dataset.call = ++held.calls;
    card.dataset.status = answer.status;
    document.getElementById("shop-calls").prepend(card);
}

async function token() {
    if (performance.now() < held.ends) return held.token;
    const [path, body] = ["/api/v1/oauth/token", "grant_type=client_credentials"];
    const headers = { Authorization: `Basic ${shop.basic}`, "Content-Type": "application/x-www-form-urlencoded" };
    const answer = await fetch(path, { method: "POST", headers, body });
    const said = await answer.json();
    note("", "POST", path, { ...headers, Authorization: `Basic ${shop.client}:…` }, body, answer, { ...said, access_token: "…" }, false);
    [held.token, held.ends] = [said.access_token, performance.now() + (said.expires_in - 60) * 1000];
    return held.token;
}

async function call(words, method, short, body) {
    const path = `/api/v1${short}`;
    const headers = { Authorization: `Bearer ${await token()}`, "Accept-Language": shop.language };
    if (body) Object.assign(headers, { "Content-Type": "application/json", "Idempotency-Key": `shop-${some()}${some()}` });
    const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
    const said = await answer.json();
    const shown = { ...headers, Authorization: "Bearer …" };
    note(words, method, path, shown, body && JSON.stringify(body, null, 2), answer, said, Boolean(words));
    if (!answer.ok) throw new Error(said.detail);
    return said;
}

const happened = (words, kind, more) =>
    call(words, "POST", "/events", { event_id: `shop-${some()}${some()}`, member, kind, channel: "app", occurred_at: now(), ...more });
const about = () => ({ order_no: held.order.order_no, line_no: 1, spu: shop.line.spu, sku: shop.line.sku });

const presses = {
    login: (words) => happened(words, "login", { attributes: { manual: true } }),
    claim: async (words) => {
        const path = `/programmes/${shop.programme}/coupon-templates/${shop.template}/claims`;
        held.coupon = await call(words, "POST", path, { member, reference: `shop-${some()}${some()}` });
    },
    order: async (words) => {
        const asked = { line_no: 1, sku: shop.line.sku, category: shop.line.category, quantity: 1, unit_price_minor: shop.line.unit_price_minor };
        const coupons = held.coupon ? [held.coupon.code] : [];
        const quote = await call(words, "POST", `/programmes/${shop.programme}/quotes`, { member, currency: "CNY", lines: [asked], coupons });
        const order = {
            order_no: `SHOP-${some()}`, version: 1, member, status: "paid", channel: "app", currency: "CNY",
            goods_minor: quote.list_minor, discount_minor: quote.discount_minor, coupon_minor: quote.coupon_minor,
            paid_minor: quote.to_pay_minor, placed_at: now(), paid_at: now(),
            coupon_codes: quote.coupon_minor ? coupons : [], lines: [{ ...shop.line, paid_minor: quote.to_pay_minor }],
        };
        await call(words, "POST", "/orders", order);
        [held.order, held.coupon] = [order, quote.coupon_minor ? null : held.coupon];
    },
    complete: async (words) => {
        const order = { ...held.order, version: 2, status: "completed", completed_at: now() };
        await call(words, "POST", "/orders", order);
        held.order = order;
    },
    review: (words) => happened(words, "review.approved", { ...about(), attributes: { rating: 5, text: "👍" } }),
    photo: (words) => happened(words, "photo_review.approved", { ...about(), attributes: { rating: 5, photos: 3 } }),
    refund: async (words) => {
        const { order_no, paid_minor } = held.order;
        await call(words, "POST", "/after-sales", {
            after_sale_no: `AS-${order_no}`, version: 1, order_no, kind: "return", status: "refunded", currency: "CNY",
            refund_minor: paid_minor, applied_at: now(), settled_at: now(), lines: [{ line_no: 1, quantity: 1, refund_minor: paid_minor }],
        });
        held.order = null;
    },
};

// What the summary says of the member; a figure that has moved says by how much.
async function look() {
    const said = await call("", "GET", `/members/${shop.one_id}/summary`);
    const figure = (name, value, words = whole(value)) => {
        const before = Number(part(name).dataset.value ?? value);
        const moved = value - before;
        part(name).dataset.value = value;
        part(name).dataset.moved = moved;
        part(name).textContent = words;
        if (moved) part(name).append(Object.assign(document.createElement("i"), { textContent: moved > 0 ? ` +${whole(moved)}` : ` −${whole(-moved)}` }));
    };
    part("level").textContent = said.level?.level?.name ?? "—";
    const next = said.level?.next;
    part("next").textContent = next ? part("next").dataset.words.replace("{name}", next.name).replace("{gap}", whole(next.gap)) : "";
    figure("growth", said.growth?.balance ?? 0);
    figure("points", said.points?.available ?? 0);
    figure("coupons", said.coupons?.usable ?? 0);
    part("balance").textContent = said.balance ? money(said.balance.balance_minor) : "—";
    part("benefits").replaceChildren(
        ...(said.benefits ?? []).map((each) => Object.assign(document.createElement("li"), { textContent: `${each.name} ${each.words}` })),
    );
}

function settle() {
    const status = held.order?.status;
    const may = { complete: status === "paid", review: status === "completed", photo: status === "completed", refund: status === "completed" };
    for (const button of buttons) button.disabled = !(may[button.dataset.press] ?? true);
    part("order").textContent = held.order ? `${held.order.order_no} · ${money(held.order.paid_minor)}` : "";
}

async function press(button) {
    buttons.forEach((each) => (each.disabled = true));
    for (const card of document.querySelectorAll("#shop-calls [open]")) card.open = false;
    try {
        await presses[button.dataset.press](button.textContent.trim());
    } catch (refused) {
        console.warn(refused); // its card shows why
    }
    await look();
    settle();
}

buttons.forEach((button) => button.addEventListener("click", () => press(button)));
document.getElementById("shop-member").addEventListener("change", (event) => event.target.form.submit());
part("price").textContent = money(shop.line.unit_price_minor);
look();
