// The list: moving with keys, marking runs to compare, keep or remove them.
import { all, one } from "./dom.js";
import { onKeys } from "./keys.js";
import { tidies } from "./tidy.js";

const marks = all(".mark");
const chosen = () => marks.filter((mark) => mark.checked).map((mark) => mark.value).sort();

function update() {
  if (!one("#marked")) return;
  one("#marked").hidden = !chosen().length;
  one("#marked-count").textContent = `${chosen().length} selected`;
  one("#compare").hidden = chosen().length !== 2;
}
marks.forEach((mark) => mark.addEventListener("change", update));
one("#compare")?.addEventListener("click", () => {
  location.href = "/compare?" + new URLSearchParams({ left: chosen()[0], right: chosen()[1] });
});
all("[data-tidy]").forEach((button) => tidies(button, chosen, () => location.reload()));
update();

const links = all("a.question");
const at = () => links.findIndex((link) => link.closest("tr").contains(document.activeElement));
const move = (by) => links[Math.min(Math.max(at() + by, 0), links.length - 1)]?.focus();
onKeys({
  j: () => move(1),
  k: () => move(-1),
  x: () => document.activeElement.closest("tr")?.querySelector(".mark")?.click(),
  "/": () => one("input[type=search]")?.focus(),
});
