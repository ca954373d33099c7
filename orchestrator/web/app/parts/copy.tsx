import type { JSX } from 'preact';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';
import { Icon } from './icon.tsx';

/** A command to type, which one press copies. */
export function Copy({ text, label }: { readonly text: string; readonly label?: string }): JSX.Element {
  const { note } = useApp();
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      note.value = { ok: true, says: texts.done.copied };
    } catch {
      // Without TLS a browser gives no clipboard: the text can be marked.
      note.value = { ok: false, says: text };
    }
  };
  return (
    <button type="button" class="copy" onClick={() => void copy()} title={texts.done.copied.replace('.', '')}>
      {label === undefined ? <code>{text}</code> : <span>{label}</span>}
      <Icon name="copy" />
    </button>
  );
}
