// The video of a run: plays the parts that matter, with the boxes of what was seen drawn on it.
import { all, drawn, one } from "./dom.js";
import { onKeys } from "./keys.js";
import { selected } from "./steps.js";

// Seconds: a box is one of that time; and the longest gap between two moments that a box is drawn in between.
const SEEN = 0.06;
const BETWEEN = 0.7;
const CODEC = "This browser cannot play the video: its codec is not supported. The frames that the steps are based on are shown with the steps.";
const video = one("#clip");

if (video) begin();

function begin() {
  const layer = one("#clip-boxes");
  const { boxes, spans } = JSON.parse(one("#clip-data").textContent);
  const unit = Math.max(...layer.getAttribute("viewBox").split(" ").slice(2).map(Number)) / 640;
  let end = null;

  // What each step saw of each thing: its moments in order of time, each with its boxes.
  const things = new Map();
  boxes.forEach(([time, step, ...box]) => {
    const key = `${step} ${box[4]}`;
    if (!things.has(key)) things.set(key, { step, moments: [] });
    const { moments } = things.get(key);
    if (moments.at(-1)?.time !== time) moments.push({ time, boxes: [] });
    moments.at(-1).boxes.push(box);
  });

  /** The boxes of a thing at a time, and whether they were seen then; between two moments a single one is in between. */
  function boxesAt(moments, time) {
    const next = moments.findIndex((moment) => moment.time > time);
    const [before, after] = [moments.at(next === -1 ? -1 : next - 1), next === -1 ? undefined : moments[next]];
    const seen = [before, after].find((moment) => moment && Math.abs(moment.time - time) <= SEEN);
    if (seen) return { boxes: seen.boxes, seen: true };
    if (!after || before.time > time || after.time - before.time > BETWEEN) return { boxes: [], seen: false };
    if (before.boxes.length !== 1 || after.boxes.length !== 1) return { boxes: [], seen: false };
    const share = (time - before.time) / (after.time - before.time);
    const [from, to] = [before.boxes[0], after.boxes[0]];
    return { boxes: [[...from.slice(0, 4).map((side, at) => side + share * (to[at] - side)), from[4]]], seen: false };
  }

  function draw(time) {
    const every = [...things.values()];
    const own = every.filter(({ step }) => step === selected());
    layer.replaceChildren(
      ...(own.length ? own : every).flatMap(({ step, moments }) => {
        const found = boxesAt(moments, time);
        return found.boxes.flatMap(([left, top, width, height, label]) => {
          const line = { "stroke-width": 2.5 * unit, ...(found.seen ? {} : { "stroke-dasharray": `${4 * unit} ${3 * unit}` }) };
          const box = drawn("rect", { class: "box found", x: left, y: top, width, height, "data-step": step, ...line });
          const tag = drawn("text", { class: "tag", x: left + 3 * unit, y: Math.max(top, 0) + 14 * unit, "font-size": 13 * unit, "stroke-width": 3 * unit });
          tag.textContent = label;
          return [box, tag];
        });
      }),
    );
  }

  function show(time) {
    draw(time);
    if (end === null || time < end) return;
    end = null;
    video.pause();
  }

  /** Goes to a time, and plays up to another; one that is the same only shows its frame. */
  function play(from, to) {
    end = null;
    video.currentTime = from;
    if (to <= from) return video.pause();
    video.addEventListener("seeked", () => ((end = to), video.play()), { once: true });
  }

  // Each frame that is presented, where the browser tells of it, so that boxes keep up with what they are on.
  if (video.requestVideoFrameCallback) {
    const follow = (_, { mediaTime }) => (show(mediaTime), video.requestVideoFrameCallback(follow));
    video.requestVideoFrameCallback(follow);
  }
  ["seeked", "timeupdate", "loadeddata"].forEach((name) => video.addEventListener(name, () => show(video.currentTime)));
  document.addEventListener("chosen", () => draw(video.currentTime));

  const start = () => spans.length && (video.currentTime = spans[0][0]);
  async function fail() {
    const answer = await fetch(video.src, { headers: { Range: "bytes=0-0" } }).catch(() => null);
    one("#clip-problem").textContent = answer && !answer.ok ? await answer.text() : CODEC;
    one(".clip-view").hidden = one("#clip-spans").hidden = true;
  }
  // The browser may have been faster than this script.
  if (video.error) fail();
  else video.addEventListener("error", fail);
  if (video.readyState >= HTMLMediaElement.HAVE_METADATA) start();
  else video.addEventListener("loadedmetadata", start, { once: true });

  all("#clip-spans button, .timeline .line [data-start]").forEach((part) => {
    part.addEventListener("click", () => play(Number(part.dataset.start), Number(part.dataset.end)));
  });
  onKeys({ v: () => (video.paused ? video.play() : video.pause()) });
}
