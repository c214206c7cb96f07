// The keyboard: the question box has the focus when the page opens, and "/" brings it back.
const BOX = '[data-testid="stChatInputTextArea"]';
const typing = (target) => target?.closest?.('input, textarea, select, [contenteditable="true"]');
// Whether a dialog, a list, or on a phone the article or the sidebar lies over the question box.
const hidden = (box) => {
  const { x, y, width, height } = box.getBoundingClientRect();
  return overlaid() || !box.contains(document.elementFromPoint(x + width / 2, y + height / 2));
};

export default function ({ data, parentElement }) {
  const box = () => document.querySelector(BOX);
  // Not on a phone, where the focus brings up a keyboard over half of the page.
  const wanted = matchMedia("(pointer: fine)").matches && !data.busy;
  const free = () => !document.activeElement || document.activeElement === document.body;
  if (wanted && document.footnoteFocused !== data.place) {
    document.footnoteFocused = data.place;
    let tries = 0;
    const focus = () => {
      if (box()) return void (free() && box().focus({ preventScroll: true }));
      if (tries++ < 40) setTimeout(focus, 50);
    };
    focus();
  }
  const pressed = (event) => {
    // Shift is needed for it on many keyboards.
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!box() || typing(event.composedPath()[0]) || hidden(box())) return;
    event.preventDefault();
    box().focus();
  };
  // An Escape that closes a dialog or a list goes no further: at the document Streamlit takes it for Stop's key, too.
  let closes = false;
  const noticed = (event) => (closes = event.key === "Escape" && overlaid());
  const stopped = (event) => closes && event.stopPropagation();
  return lasting(parentElement, () => {
    if (data.single) document.addEventListener("keydown", pressed);
    window.addEventListener("keydown", noticed, true);
    document.documentElement.addEventListener("keydown", stopped);
    return () => {
      document.removeEventListener("keydown", pressed);
      window.removeEventListener("keydown", noticed, true);
      document.documentElement.removeEventListener("keydown", stopped);
    };
  });
}
