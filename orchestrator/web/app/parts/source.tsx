import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { type Draft, draftOf, emptyDraft } from '../drafts.ts';
import { texts } from '../texts.ts';

const words = texts.source;

/** A longer text is not shown for changes: a browser would stand still. */
const shownAtMost = 400_000;

interface SourceProps {
  readonly draft: Signal<Draft>;
  /** What the text is, for screen readers. */
  readonly label: string;
  /** Endings of files that a person may choose: `.csv,.json`. */
  readonly accept: string;
  /** How a text begins, where none is there yet. */
  readonly placeholder: string;
  readonly rows?: number;
}

/** A text that a person chooses as a file, drops here, pastes or types. */
export function Source({ draft, label, accept, placeholder, rows = 14 }: SourceProps): JSX.Element {
  const id = useId();
  const { file, text } = draft.value;
  const take = async (chosen: File | undefined): Promise<void> => {
    if (chosen !== undefined) draft.value = await draftOf(chosen);
  };
  return (
    <div
      class="source"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void take(event.dataTransfer?.files[0]);
      }}
    >
      <div class="source-head">
        <input
          id={id}
          class="hidden"
          type="file"
          accept={accept}
          onChange={(event) => {
            void take(event.currentTarget.files?.[0]);
            // The same file can be chosen again after it was changed on the disk.
            event.currentTarget.value = '';
          }}
        />
        <label for={id} class="button plain">
          {words.choose}
        </label>
        <span class="dim">{text === '' ? words.orPaste : words.size(file, text.length)}</span>
        {text === '' ? null : (
          <button
            type="button"
            class="button quiet"
            onClick={() => void (draft.value = emptyDraft(words.pasted))}
          >
            {words.clear}
          </button>
        )}
      </div>
      {text.length > shownAtMost ? (
        <p class="dim">{words.tooLong}</p>
      ) : (
        <textarea
          aria-label={label}
          rows={rows}
          spellcheck={false}
          placeholder={placeholder}
          value={text}
          onInput={(event) =>
            void (draft.value = { ...draft.value, text: event.currentTarget.value, faults: [] })
          }
        />
      )}
    </div>
  );
}
