// Shared by all components. Whatever comes from articles or people is set as text: it stays text, letter by letter.
function element(tag, properties, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// Puts `draw()` into the page, unless it is there already for the same data. Where it takes the place of what was drawn
// before, what a person has unfolded stays so, and the keyboard stays where it was.
function show(parentElement, data, draw) {
  const held = [...parentElement.children].find((child) => child.classList.contains("footnote"));
  const key = JSON.stringify(data);
  if (held && held.shownFor === key) return held;
  const root = draw();
  root.shownFor = key;
  root.classList.add("footnote");
  held ? replaced(held, root) : parentElement.append(root);
  return root;
}

function replaced(held, root) {
  const active = held.getRootNode().activeElement;
  const opener = document.footnoteOpener;
  const focused = held.contains(active) ? placeOf(held, active) : null;
  const opened = opener && held.contains(opener) ? placeOf(held, opener) : null;
  const unfolded = [...held.querySelectorAll("details[open] > summary")].map((summary) => placeOf(held, summary));
  held.replaceWith(root);
  for (const place of unfolded) counterpart(root, place)?.parentElement.toggleAttribute("open", true);
  // What is gone, as a filter that was taken off, leaves the keyboard to its neighbour.
  const all = controls(root);
  if (focused) (counterpart(root, focused) ?? all[focused.at] ?? all.at(-1))?.focus({ preventScroll: true });
  const successor = opened && counterpart(root, opened);
  if (successor) {
    document.footnoteOpener = successor;
    successor.ariaCurrent = opener.ariaCurrent;
  }
}

const controls = (root) => [...root.querySelectorAll("button, select, summary, a[href], [tabindex]")];
const nameOf = (control) => control.getAttribute("aria-label") ?? control.textContent;
const namesakes = (root, name) => controls(root).filter((control) => nameOf(control) === name);

function placeOf(root, control) {
  const name = nameOf(control);
  return { name, nth: namesakes(root, name).indexOf(control), at: controls(root).indexOf(control) };
}

function counterpart(root, { name, nth }) {
  return namesakes(root, name)[nth];
}

// What a component does until it is drawn again: `begin` gives what ends it. Streamlit itself would end it when the
// component goes from the page, and then only what the last drawing began.
function lasting(parentElement, begin) {
  parentElement.footnoteEnd?.();
  let end = begin();
  parentElement.footnoteEnd = () => {
    end?.();
    end = null;
  };
  return parentElement.footnoteEnd;
}

// Notes what an article was opened by: there the keyboard goes on when it is closed.
function openedBy(button) {
  if (document.footnoteOpener) document.footnoteOpener.ariaCurrent = null;
  document.footnoteOpener = button;
}

// Whether a key is pressed for itself: not together with another, nor to write a character with an input method.
const alone = (event) =>
  !event.isComposing && !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;

// Whether something of Streamlit's lies over the page, which an Escape closes.
const overlaid = () => document.querySelector('[role="dialog"], [role="listbox"]') !== null;
