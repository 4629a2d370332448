// Two marked runs can be compared; the older one is on the left.
"use strict";

const marks = [...document.querySelectorAll(".mark")];
const button = document.getElementById("compare");

const chosen = () => marks.filter((mark) => mark.checked).map((mark) => mark.value).sort();
const update = () => (button.hidden = chosen().length !== 2);

marks.forEach((mark) => mark.addEventListener("change", update));
button?.form.addEventListener("submit", (event) => {
  event.preventDefault();
  location.href = "/compare?" + new URLSearchParams({ left: chosen()[0], right: chosen()[1] });
});
update();
