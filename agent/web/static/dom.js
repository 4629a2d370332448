// What all pages use: finding and making elements, and sending JSON.

export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

export function element(tag, values = {}, ...children) {
  const made = Object.assign(document.createElement(tag), values);
  made.append(...children);
  return made;
}

export function drawn(tag, values = {}) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  Object.entries(values).forEach(([name, value]) => made.setAttribute(name, value));
  return made;
}

/** Sends JSON and returns the reply. Throws an Error that says what went wrong. */
export async function send(path, content) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(content),
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.error ?? told.detail?.[0]?.msg ?? `The request failed (${answer.status}).`);
  return told;
}
