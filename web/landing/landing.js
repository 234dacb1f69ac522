// The set-up link of the first start (#setup=TOKEN) turns the page into the form that makes the first administrator;
// without one, the examples are shown with this server's own address.
"use strict";

const setup = document.querySelector("#setup");
const form = setup.querySelector("form");
const message = setup.querySelector("[role=alert]");

// The token leaves the address at once: neither history nor a copied address shall keep it.
const token = new URLSearchParams(location.hash.slice(1)).get("setup");
if (token) {
  history.replaceState(null, "", location.pathname);
  setup.hidden = false;
  document.querySelector("#steps").hidden = true;
  form.elements.username.focus();
}

function explain(problem) {
  if (problem.errors) return problem.errors.map((error) => `${error.pointer.slice(1)}: ${error.detail}`).join("\n");
  return problem.detail || problem.title || "The server gave no reason.";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  message.textContent = "";
  try {
    const answer = await fetch("/api/setup", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, username: form.elements.username.value, password: form.elements.password.value }),
    });
    if (answer.ok) {
      form.replaceWith(setup.querySelector("template").content);
      document.querySelector("#steps").hidden = false;
      return;
    }
    message.textContent = explain(await answer.json());
  } catch {
    message.textContent = "The server did not answer. Is it still running?";
  }
  button.disabled = false;
});

for (const example of document.querySelectorAll("pre code")) {
  example.textContent = example.textContent.replaceAll("http://localhost:8000", location.origin);
}
