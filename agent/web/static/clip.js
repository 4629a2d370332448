// The video of a run: plays the parts that matter, with the boxes of what was seen drawn on it.
import { all, drawn, one } from "./dom.js";
import { onKeys } from "./keys.js";
import { selected } from "./steps.js";

const NEAR = 0.35;
const CODEC = "This browser cannot play the video: its codec is not supported. The frames that the steps rest on are shown with the steps.";
const video = one("#clip");

if (video) begin();

function begin() {
  const layer = one("#clip-boxes");
  const { boxes, spans } = JSON.parse(one("#clip-data").textContent);
  const unit = Math.max(...layer.getAttribute("viewBox").split(" ").slice(2).map(Number)) / 640;
  let end = null;

  /** The boxes of a time: for each thing that a step saw, those of the nearest moment. */
  function at(time) {
    const near = boxes.filter(([when]) => Math.abs(when - time) <= NEAR);
    const own = near.filter(([, step]) => step === selected());
    const shown = boxes.some(([, step]) => step === selected()) ? own : near;
    const thing = (box) => `${box[1]} ${box[6]}`;
    const nearest = new Map();
    shown.forEach((box) => {
      const known = nearest.get(thing(box));
      if (known === undefined || Math.abs(box[0] - time) < Math.abs(known - time)) nearest.set(thing(box), box[0]);
    });
    return shown.filter((box) => nearest.get(thing(box)) === box[0]);
  }

  function draw(time) {
    layer.replaceChildren(
      ...at(time).flatMap(([, step, left, top, width, height, label]) => {
        const box = drawn("rect", { class: "box found", x: left, y: top, width, height, "stroke-width": 2.5 * unit, "data-step": step });
        const tag = drawn("text", { class: "tag", x: left + 3 * unit, y: Math.max(top, 0) + 14 * unit, "font-size": 13 * unit, "stroke-width": 3 * unit });
        tag.textContent = label;
        return [box, tag];
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
