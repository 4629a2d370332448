// A picture with boxes that can be clicked, drawn, moved and resized, with the mouse and with keys.
// Coordinates are pixels of the original picture.
import { all, drawn, one } from "./dom.js";

const SIDES = ["left", "top", "right", "bottom"];
const HANDLE = 9;
const SMALLEST = 2;
const CLICK = 4;

export const round = (box) => SIDES.map((side) => Math.round(box[side])).join(", ");
const area = (box) => (box.right - box.left) * (box.bottom - box.top);

/**
 * view: the svg of a picture as the page shows it; its marks are replaced.
 * boxes: returns the boxes as { box, taken }. does: what follows an action, with the number of the box:
 * click, toggle, change, remove, focus; and draw, with the sides of a new one.
 */
export function canvas(view, boxes, does) {
  const inner = one("svg", view) ?? view;
  all("[data-mark], .tag", inner).forEach((mark) => mark.remove());
  const [left, top, width, height] = inner.getAttribute("viewBox").split(" ").map(Number);
  const edge = { left, top, right: left + width, bottom: top + height };
  const layer = inner.appendChild(drawn("g"));
  let chosen = -1;

  const unit = () => width / (inner.getBoundingClientRect().width || width);
  const inside = (value, low, high) => Math.min(Math.max(value, low), high);

  function rect(box, attributes) {
    const size = { width: Math.max(box.right - box.left, 0), height: Math.max(box.bottom - box.top, 0) };
    return drawn("rect", { x: box.left, y: box.top, ...size, "vector-effect": "non-scaling-stroke", ...attributes });
  }

  function draw() {
    const focused = layer.contains(document.activeElement);
    const shown = boxes()
      .map((one, number) => ({ ...one, number }))
      // Small ones above large ones, so that each can be clicked; the chosen one above all.
      .sort((a, b) => (a.number === chosen) - (b.number === chosen) || area(b.box) - area(a.box));
    layer.replaceChildren(
      ...shown.map(({ box, taken, number }) => {
        const kind = `candidate ${taken ? "taken" : "free"} ${number === chosen ? "chosen" : ""}`;
        const made = rect(box, { class: kind, tabindex: 0, role: "checkbox", "aria-checked": taken, "data-number": number });
        made.setAttribute("aria-label", `${box.label || "box"} at ${round(box)}`);
        return made;
      }),
      ...(boxes()[chosen] ? handles(boxes()[chosen].box) : []),
    );
    if (focused) one(`[data-number="${chosen}"]`, layer)?.focus();
  }

  function handles(box) {
    const size = HANDLE * unit();
    const [middleX, middleY] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const across = { left: box.left, "": middleX, right: box.right };
    const down = { top: box.top, "": middleY, bottom: box.bottom };
    return Object.entries(across).flatMap(([x, atX]) =>
      Object.entries(down)
        .filter(([y]) => x || y)
        .map(([y, atY]) =>
          drawn("rect", { class: "handle", "data-x": x, "data-y": y, x: atX - size / 2, y: atY - size / 2, width: size, height: size, "vector-effect": "non-scaling-stroke" }),
        ),
    );
  }

  const point = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(inner.getScreenCTM().inverse());
    return { x: inside(at.x, edge.left, edge.right), y: inside(at.y, edge.top, edge.bottom) };
  };

  function move(box, byX, byY) {
    const x = inside(byX, edge.left - box.left, edge.right - box.right);
    const y = inside(byY, edge.top - box.top, edge.bottom - box.bottom);
    return { left: box.left + x, right: box.right + x, top: box.top + y, bottom: box.bottom + y };
  }

  function resize(box, x, y, to) {
    const sides = { left: box.left, top: box.top, right: box.right, bottom: box.bottom };
    if (x === "left") sides.left = inside(to.x, edge.left, box.right - SMALLEST);
    if (x === "right") sides.right = inside(to.x, box.left + SMALLEST, edge.right);
    if (y === "top") sides.top = inside(to.y, edge.top, box.bottom - SMALLEST);
    if (y === "bottom") sides.bottom = inside(to.y, box.top + SMALLEST, edge.bottom);
    return sides;
  }

  const between = (a, b) => ({ left: Math.min(a.x, b.x), top: Math.min(a.y, b.y), right: Math.max(a.x, b.x), bottom: Math.max(a.y, b.y) });

  let held = null;
  view.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    view.setPointerCapture(event.pointerId);
    const target = event.target;
    const number = target.dataset.number === undefined ? -1 : Number(target.dataset.number);
    held = { number, from: point(event), x: event.clientX, y: event.clientY, moved: false, does: "draw" };
    if (target.classList.contains("handle")) Object.assign(held, { number: chosen, does: "resize", sides: [target.dataset.x, target.dataset.y] });
    else if (number >= 0 && number === chosen) held.does = "move";
    held.box = { ...boxes()[held.number]?.box };
  });
  view.addEventListener("pointermove", (event) => {
    if (!held) return;
    held.moved ||= Math.hypot(event.clientX - held.x, event.clientY - held.y) > CLICK;
    if (!held.moved) return;
    const to = point(event);
    if (held.does === "draw") {
      one(".drawn", layer)?.remove();
      layer.append(rect(between(held.from, to), { class: "drawn" }));
    } else {
      const changed = held.does === "move" ? move(held.box, to.x - held.from.x, to.y - held.from.y) : resize(held.box, ...held.sides, to);
      does.change(held.number, changed);
    }
  });
  view.addEventListener("pointerup", (event) => {
    if (!held) return;
    const { number, from, moved, does: doing } = held;
    held = null;
    const sides = between(from, point(event));
    if (!moved && number >= 0 && doing !== "resize") does.click(number);
    else if (moved && doing === "draw" && area(sides) > SMALLEST * SMALLEST) does.draw(sides);
    else draw();
  });

  view.addEventListener("focusin", (event) => {
    const number = event.target.dataset?.number;
    if (number !== undefined && Number(number) !== chosen) does.focus(Number(number));
  });
  view.addEventListener("keydown", (event) => {
    const number = Number(event.target.dataset?.number ?? -1);
    const at = boxes()[number];
    if (!at) return;
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (by) {
      const { box } = at;
      const far = event.altKey ? 10 : 1;
      const grown = { x: box.right + by[0] * far, y: box.bottom + by[1] * far };
      does.change(number, event.shiftKey ? resize(box, "right", "bottom", grown) : move(box, by[0] * far, by[1] * far));
    } else if (event.key === " ") does.toggle(number);
    else if (event.key === "Delete" || event.key === "Backspace") does.remove(number);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  return {
    draw,
    choose: (number) => ((chosen = number), draw()),
    chosen: () => chosen,
  };
}
