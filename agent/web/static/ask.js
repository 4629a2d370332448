// Pictures can be dropped or pasted, several one after the other; each is shown before it is sent.
import { element, one } from "./dom.js";

const drop = one("#drop");
const input = one("input", drop);
const previews = one("#previews");

function set(files) {
  const given = new DataTransfer();
  files.forEach((file) => given.items.add(file));
  input.files = given.files;
  show();
}

function show() {
  previews.replaceChildren(
    ...[...input.files].map((file, number) => {
      const without = element("button", { type: "button", textContent: "×" });
      without.setAttribute("aria-label", `Without ${file.name}`);
      without.addEventListener("click", () => set([...input.files].filter((_, at) => at !== number)));
      const image = element("img", { src: URL.createObjectURL(file), alt: file.name });
      return element("figure", {}, image, element("figcaption", { className: "small soft" }, file.name, " ", without));
    }),
  );
}

const add = (files) => files.length && set([...input.files, ...files]);
input.addEventListener("change", show);
drop.addEventListener("dragover", (event) => (event.preventDefault(), drop.classList.add("over")));
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  add(event.dataTransfer.files);
});
document.addEventListener("paste", (event) => add(event.clipboardData.files));
show();
