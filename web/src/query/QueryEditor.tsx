// The query text. A transparent text area lies on top of a coloured copy of its
// text: the browser keeps doing the editing, the copy only paints.
import { type KeyboardEvent, type RefObject, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { LabelCatalog } from "../api/labelCatalog";
import type { Span } from "../time/range";
import { applyCompletion } from "./complete";
import { CompletionList } from "./CompletionList";
import { HistoryWalk } from "./queryHistory";
import { tokenize } from "./tokens";
import { useCompletion } from "./useCompletion";

interface Props {
  value: string;
  onChange(value: string): void;
  onRun(): void;
  error: { start: number; end: number } | null;
  isInvalid: boolean;
  catalog: LabelCatalog;
  span(): Span;
  inputRef: RefObject<HTMLTextAreaElement | null>;
}

export function QueryEditor({ value, onChange, onRun, error, isInvalid, catalog, span, inputRef }: Props) {
  const paint = useRef<HTMLPreElement>(null);
  const walk = useRef(new HistoryWalk());
  const [caretAfterChange, setCaretAfterChange] = useState<number | null>(null);
  const completion = useCompletion(catalog, span);
  const { offer } = completion;

  // React sets the text first; only then can the caret be put inside it.
  useLayoutEffect(() => {
    if (caretAfterChange === null) return;
    inputRef.current?.setSelectionRange(caretAfterChange, caretAfterChange);
    setCaretAfterChange(null);
  }, [caretAfterChange, inputRef]);

  const replace = (text: string, caret: number) => {
    onChange(text);
    setCaretAfterChange(caret);
  };

  const accept = (item: string) => {
    if (!offer) return;
    const next = applyCompletion(value, offer.at, item);
    replace(next.query, next.caret);
    // A name is followed by its value: offer those at once.
    if (offer.at.kind === "name") completion.look(next.query, next.caret);
    else completion.close();
    inputRef.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    const { selectionStart, selectionEnd } = event.currentTarget;
    const isOpen = offer !== null;
    const takes = (act: () => void) => {
      event.preventDefault();
      act();
    };
    if (event.key === "Enter" && !event.shiftKey) {
      const item = offer?.items[offer.chosen];
      if (item !== undefined) return takes(() => accept(item));
      return takes(() => {
        completion.close();
        walk.current.reset();
        onRun();
      });
    }
    if (event.key === "Tab" && offer && !event.shiftKey) return takes(() => accept(offer.items[Math.max(0, offer.chosen)] ?? ""));
    if (event.key === "Escape") return isOpen ? takes(completion.close) : event.currentTarget.blur();
    if (event.key === " " && event.ctrlKey) return takes(() => completion.look(value, selectionStart));
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    const direction = event.key === "ArrowUp" ? 1 : -1;
    if (isOpen) return takes(() => completion.move(-direction));
    // Only at the very edge, so that the arrows still move inside a long query.
    const edge = direction === 1 ? 0 : value.length;
    if (selectionStart !== edge || selectionEnd !== edge) return;
    const past = walk.current.step(direction, value);
    if (past !== null) takes(() => replace(past, direction === 1 ? 0 : past.length));
  };

  return (
    <div className={`editor${isInvalid ? " editor-invalid" : ""}`}>
      <pre className="editor-paint" ref={paint} aria-hidden="true">
        <Paint value={value} error={error} />
      </pre>
      <textarea
        ref={inputRef}
        className="editor-input"
        data-testid="query-input"
        aria-label="LogQL query"
        aria-invalid={isInvalid}
        aria-describedby={isInvalid ? "query-error" : undefined}
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={offer !== null}
        aria-controls="query-completions"
        aria-activedescendant={offer && offer.chosen >= 0 ? `completion-${offer.chosen}` : undefined}
        placeholder='{service_name="…"} |= "text"'
        rows={1}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        autoCorrect="off"
        value={value}
        onChange={(event) => {
          walk.current.reset();
          onChange(event.target.value);
          completion.look(event.target.value, event.target.selectionStart);
        }}
        onKeyDown={onKeyDown}
        onClick={completion.close}
        onBlur={completion.close}
      />
      {offer && <CompletionList offer={offer} paint={paint} onAccept={accept} />}
    </div>
  );
}

function Paint({ value, error }: { value: string; error: { start: number; end: number } | null }) {
  const tokens = useMemo(() => tokenize(value), [value]);
  return (
    <>
      {tokens.map((token) => {
        const isWrong = error !== null && token.start < error.end && token.end > error.start;
        return (
          <span key={token.start} className={`tok-${token.kind}${isWrong ? " tok-wrong" : ""}`}>
            {token.text}
          </span>
        );
      })}
      {/* A last empty line has no height of its own. */}
      {"\u200b"}
    </>
  );
}
