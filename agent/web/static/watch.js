// A question in progress: a clock, the steps as they happen, and what they found on the picture.
import { watchActs } from "./acts.js";
import { all, drawn, element, one } from "./dom.js";

const job = one("#watch").dataset.job;
const state = one("#state");
const address = `/ask/${job}`;
const began = performance.now() - 1000 * Number(one("#watch").dataset.elapsed);
const tick = () => (one("#clock").textContent = ((performance.now() - began) / 1000).toFixed(1));
const clock = setInterval(tick, 100);
const still = watchActs(job);
const doing = { source: "Running the program …", step: "Running the program …", check: "Checking the program …" };

function draw(boxes) {
  const views = all("#watch svg.view");
  // With several pictures, a box does not say which one it is in.
  if (views.length !== 1 || !boxes.length) return;
  all(".box", views[0]).forEach((box) => box.remove());
  boxes.forEach(({ left, top, right, bottom }) => {
    const place = { x: left, y: top, width: right - left, height: bottom - top };
    views[0].append(drawn("rect", { class: "box found", "stroke-width": 3, "vector-effect": "non-scaling-stroke", ...place }));
  });
}

const source = new EventSource(`${address}/events`);
source.addEventListener("happened", (event) => {
  const { kind, text, at, boxes } = JSON.parse(event.data);
  const when = element("span", { className: "at", textContent: `${at.toFixed(2)} s  ` });
  one("#happened").append(element("li", { className: kind }, when, text));
  state.textContent = doing[kind] ?? state.textContent;
  draw(boxes);
});
source.addEventListener("over", (event) => {
  source.close();
  clearInterval(clock);
  still();
  const { run, problem } = JSON.parse(event.data);
  if (problem) {
    state.textContent = problem;
    state.className = "bad";
    one("#cancel").hidden = true;
  } else {
    location.replace(`/runs/${run}`);
  }
});
one("#cancel").addEventListener("click", async (event) => {
  event.target.disabled = true;
  await fetch(`${address}/cancel`, { method: "POST" });
  state.textContent = "Stopping …";
});
// Before this, a click would have done nothing.
one("#cancel").disabled = false;
