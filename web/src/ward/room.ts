/** How much room the grid has. */
import { useLayoutEffect, useState } from "preact/hooks";
import type { Room } from "./layout";

const NONE: Room = { width: 0, height: 0 };
/** Small windows scroll as a whole; the same condition is in `ward.css`. */
const FLOWING = "(width < 800px) or (height < 500px)";

/** The room an element gives in whole CSS pixels; renders again when it changes. */
export function useRoom(frame: { readonly current: HTMLElement | null }): Room {
  const [room, setRoom] = useState(NONE);
  useLayoutEffect(() => {
    const { current } = frame;
    if (current === null) return undefined;
    const flowing = window.matchMedia(FLOWING);
    const measure = (): void => {
      // A scroll bar that comes with a layout must not change what the layout is made of.
      const width = current.offsetWidth;
      const height = flowing.matches ? null : current.clientHeight;
      setRoom((before) =>
        before.width === width && before.height === height ? before : { width, height },
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    flowing.addEventListener("change", measure);
    return () => {
      observer.disconnect();
      flowing.removeEventListener("change", measure);
    };
  }, []);
  return room;
}
