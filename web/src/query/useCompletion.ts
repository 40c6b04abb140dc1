// The completion list's state: what to offer for the caret's place and which is chosen.
import { useEffect, useState } from "react";
import type { LabelCatalog } from "../api/labelCatalog";
import type { Span } from "../time/range";
import { type Completion, completionAt, rankCandidates } from "./complete";

const OFFERED_MAX = 50;

export interface Offer {
  at: Completion;
  items: string[];
  /** -1: nothing chosen yet, Enter still runs the query. */
  chosen: number;
}

export function useCompletion(catalog: LabelCatalog, span: () => Span) {
  const [place, setPlace] = useState<{ query: string; caret: number } | null>(null);
  const [offer, setOffer] = useState<Offer | null>(null);

  useEffect(() => {
    const at = place && completionAt(place.query, place.caret);
    if (!at) {
      setOffer(null);
      return;
    }
    let isStale = false;
    const asked = at.kind === "name" ? catalog.names(span()) : catalog.values(at.label, span());
    void asked.then((all) => {
      if (isStale) return;
      const items = rankCandidates(all, at.prefix, OFFERED_MAX);
      // A finished word needs no list that only repeats it.
      const isFinished = items.length === 1 && items[0] === at.prefix;
      setOffer(items.length === 0 || isFinished ? null : { at, items, chosen: -1 });
    });
    return () => {
      isStale = true;
    };
  }, [place, catalog, span]);

  return {
    offer,
    /** Looks for something to offer at the caret. */
    look: (query: string, caret: number) => setPlace({ query, caret }),
    close: () => {
      setPlace(null);
      setOffer(null);
    },
    move: (by: number) =>
      setOffer((old) => old && { ...old, chosen: (old.chosen + by + old.items.length + (old.chosen < 0 && by < 0 ? 1 : 0)) % old.items.length }),
  };
}
