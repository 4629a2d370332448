// Images can be dropped or pasted; the steps of an answer are shown as they happen.
"use strict";

const drop = document.getElementById("drop");
if (drop) {
  const input = drop.querySelector("input");
  const previews = document.getElementById("previews");
  const show = () =>
    previews.replaceChildren(
      ...[...input.files].map((file) => Object.assign(new Image(), { src: URL.createObjectURL(file), alt: file.name })),
    );
  const take = (files) => {
    if (!files.length) return;
    const given = new DataTransfer();
    [...files].forEach((file) => given.items.add(file));
    input.files = given.files;
    show();
  };
  input.addEventListener("change", show);
  drop.addEventListener("dragover", (event) => (event.preventDefault(), drop.classList.add("over")));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => take(event.clipboardData.files));
}

const happened = document.getElementById("happened");
if (happened) {
  const state = document.getElementById("state");
  const address = `/ask/${happened.dataset.job}`;
  const source = new EventSource(`${address}/events`);
  const doing = { source: "Running the program …", step: "Running the program …", check: "Checking the program …" };
  source.addEventListener("happened", (event) => {
    const { kind, text, at } = JSON.parse(event.data);
    const item = document.createElement("li");
    const when = Object.assign(document.createElement("span"), { className: "at", textContent: `${at.toFixed(2)} s  ` });
    item.className = kind;
    item.append(when, text);
    happened.append(item);
    state.textContent = doing[kind] ?? state.textContent;
  });
  source.addEventListener("over", (event) => {
    source.close();
    const { run, problem } = JSON.parse(event.data);
    if (problem) {
      state.textContent = problem;
      state.className = "bad";
    } else {
      location.replace(`/runs/${run}`);
    }
  });
  document.getElementById("cancel").addEventListener("click", async (event) => {
    event.target.disabled = true;
    await fetch(`${address}/cancel`, { method: "POST" });
    state.textContent = "Stopping before the next step …";
  });
}
