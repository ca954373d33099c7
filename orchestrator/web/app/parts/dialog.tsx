import { useComputed, useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { isAnswer } from '../../../views/questions/question.ts';
import type { Ask } from '../dialogs.ts';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';

/** A window above the screen: it keeps the focus, gives it back, and closes with Esc. */
export function Modal({
  title,
  onClose,
  children,
  class: style = '',
  isFixed = false,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly class?: string;
  /** It cannot be closed without an answer. */
  readonly isFixed?: boolean;
}): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  const name = useId();
  useEffect(() => {
    const { current } = box;
    current?.showModal();
    return () => current?.close();
  }, []);
  return (
    <dialog
      ref={box}
      class={`modal ${style}`}
      aria-labelledby={name}
      onCancel={(event) => {
        event.preventDefault();
        if (!isFixed) onClose();
      }}
    >
      <h2 id={name}>{title}</h2>
      {children}
    </dialog>
  );
}

/** The question of an action: what will happen, in numbers, and what has to be typed. */
export function AskDialog({ question }: { readonly question: Ask }): JSX.Element {
  const { dialogs, note } = useApp();
  const typed = useSignal('');
  const reason = useSignal('');
  const override = useSignal(false);
  const busy = useSignal(false);
  const refused = useSignal<string | null>(null);
  const { answer, reason: wants, overrides } = question;
  const choice = question.check ?? (overrides === undefined ? null : texts.ask.override(overrides));
  const isReady = useComputed(
    () =>
      !busy.value &&
      (answer === undefined || isAnswer(typed.value, { answer })) &&
      (wants !== 'required' || reason.value.trim() !== ''),
  );
  const go = async (): Promise<void> => {
    if (!isReady.value) return;
    busy.value = true;
    const came = await question.run({ reason: reason.value.trim(), override: override.value });
    busy.value = false;
    if (!came.ok) return void (refused.value = came.says);
    dialogs.close();
    note.value = came;
  };
  return (
    <Modal title={question.title} onClose={dialogs.close} class="ask">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <div class="ask-lines">
          {question.lines.map((line) => (
            <p key={line} class={line.startsWith('  ') ? 'inner' : undefined}>
              {line}
            </p>
          ))}
        </div>
        {wants === 'none' ? null : (
          <label class="field">
            <span>
              {texts.ask.reason}
              {wants === 'optional' ? <span class="dim"> {texts.ask.optional}</span> : null}
            </span>
            <input
              value={reason.value}
              maxLength={500}
              autocomplete="off"
              onInput={(event) => void (reason.value = event.currentTarget.value)}
            />
          </label>
        )}
        {choice === null ? null : (
          <label class="check">
            <input
              type="checkbox"
              checked={override.value}
              onChange={(event) => void (override.value = event.currentTarget.checked)}
            />
            <span>{choice}</span>
          </label>
        )}
        {answer === undefined ? null : (
          <label class="field">
            <span>{texts.ask.type(answer)}</span>
            <input
              value={typed.value}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => void (typed.value = event.currentTarget.value)}
            />
          </label>
        )}
        <p class="refused" role="alert">
          {refused.value}
        </p>
        <div class="buttons">
          <button type="button" class="button plain" onClick={dialogs.close}>
            {texts.ask.cancel}
          </button>
          <button
            type="submit"
            class={`button ${question.isDangerous === true ? 'danger' : 'primary'}`}
            disabled={!isReady.value}
          >
            {busy.value ? texts.ask.working : question.button}
          </button>
        </div>
      </form>
    </Modal>
  );
}
