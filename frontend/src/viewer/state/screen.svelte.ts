/** What of the screen matters to the layout: wide or not, and how much of it the on-screen keyboard covers. */
const WIDE = "(min-width: 900px)";

const state = $state({ isWide: matchMedia(WIDE).matches, keyboardPx: 0 });

matchMedia(WIDE).addEventListener("change", (event) => (state.isWide = event.matches));

const viewport = window.visualViewport;
if (viewport) {
  const measure = () => {
    const covered = window.innerHeight - viewport.height - viewport.offsetTop;
    // Browser bars that come and go are smaller than any keyboard; pinching is not typing.
    state.keyboardPx = viewport.scale === 1 && covered > 100 ? Math.round(covered) : 0;
    document.documentElement.style.setProperty("--keyboard", `${state.keyboardPx}px`);
  };
  viewport.addEventListener("resize", measure);
  viewport.addEventListener("scroll", measure);
}

export function isWide(): boolean {
  return state.isWide;
}
