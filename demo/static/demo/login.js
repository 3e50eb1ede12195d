"use strict";
// A demo account's button fills in the login form; the person still presses "Log in".
for (const button of document.querySelectorAll("[data-demo-username]")) {
    button.addEventListener("click", () => {
        const form = document.getElementById("login-form");
        form.elements.username.value = button.dataset.demoUsername;
        form.elements.password.value = button.dataset.demoPassword;
        form.querySelector("[type=submit]").focus();
    });
}
