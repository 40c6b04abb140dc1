import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Offer } from "./useCompletion";

interface Props {
  offer: Offer;
  paint: RefObject<HTMLPreElement | null>;
  onAccept(item: string): void;
}

export function CompletionList({ offer, paint, onAccept }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const [place, setPlace] = useState<{ left: number; top: number } | null>(null);
  const { from } = offer.at;

  useLayoutEffect(() => {
    if (paint.current) setPlace(placeOf(paint.current, from));
  }, [paint, from]);

  useEffect(() => {
    list.current?.children[offer.chosen]?.scrollIntoView({ block: "nearest" });
  }, [offer.chosen]);

  return (
    <ul
      ref={list}
      id="query-completions"
      className="completions"
      role="listbox"
      aria-label={offer.at.kind === "name" ? "Label names" : `Values of ${offer.at.label}`}
      style={place ?? { visibility: "hidden" }}
    >
      {offer.items.map((item, i) => (
        <li
          key={item}
          id={`completion-${i}`}
          role="option"
          aria-selected={i === offer.chosen}
          className="completion"
          // Before the text area loses its focus and closes the list.
          onMouseDown={(event) => {
            event.preventDefault();
            onAccept(item);
          }}
        >
          {item || <em>empty</em>}
        </li>
      ))}
    </ul>
  );
}

/** Where the character at `offset` is painted, relative to the editor. */
function placeOf(paint: HTMLElement, offset: number): { left: number; top: number } {
  const walker = document.createTreeWalker(paint, NodeFilter.SHOW_TEXT);
  let left = offset;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.textContent?.length ?? 0;
    if (left < length || (left === length && !node.parentElement?.nextElementSibling)) {
      const range = document.createRange();
      range.setStart(node, left);
      range.setEnd(node, Math.min(left + 1, length));
      const box = range.getBoundingClientRect();
      const frame = paint.getBoundingClientRect();
      return { left: Math.max(0, Math.min(box.left - frame.left - 8, frame.width - 240)), top: box.bottom - frame.top + 4 };
    }
    left -= length;
  }
  return { left: 8, top: paint.clientHeight };
}
