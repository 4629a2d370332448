// The page of a run.
import "./keys.js";
import "./steps.js";
import "./editor.js";
import "./cause.js";
import "./verdict.js";
import "./clip.js";
import "./teach.js";
import { all, one } from "./dom.js";
import { onKeys } from "./keys.js";
import { data } from "./steps.js";
import { tidies } from "./tidy.js";

const follow = (id) => () => one(id) && (location.href = one(id).href);
onKeys({ "[": follow("#before"), "]": follow("#after"), u: follow("#up") });
all("[data-tidy]").forEach((button) =>
  tidies(button, () => [data.run], () => (button.dataset.tidy === "remove" ? (location.href = (one("#after") ?? one("#up")).href) : location.reload())),
);
