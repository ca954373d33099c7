import { type ReadonlySignal, signal } from '@preact/signals';

/** What came of a request: one sentence, good or bad. */
export interface Confirmed {
  readonly ok: boolean;
  readonly says: string;
}

/** A question before something is changed. An `Action` opens it, which knows who may. */
export interface Ask {
  readonly title: string;
  /** What will happen, line by line. */
  readonly lines: readonly string[];
  /** What the person has to type; left out = nothing. */
  readonly answer?: string;
  readonly reason: 'required' | 'optional' | 'none';
  /** Left out = nobody has to be overridden; else who has stopped it. */
  readonly overrides?: string;
  /** A choice of the person, which `run` gets as `override`. */
  readonly check?: string;
  readonly button: string;
  readonly isDangerous?: boolean;
  /** Does it; the dialog closes when it was done, and shows why when it was refused. */
  run(given: { readonly reason: string; readonly override: boolean }): Promise<Confirmed>;
}

export interface Dialogs {
  readonly open: ReadonlySignal<Ask | null>;
  readonly ask: (question: Ask) => void;
  readonly close: () => void;
}

export function openDialogs(): Dialogs {
  const open = signal<Ask | null>(null);
  return {
    open,
    ask: (question) => void (open.value = question),
    close: () => void (open.value = null),
  };
}
