import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { confirm } from '../../orchestrator/cli/client/confirm.ts';
import { personTyping } from '../fixtures/person.ts';

const question = {
  lines: ['39,214 clients'],
  answer: '39,214',
  verb: 'start',
  alternative: 'pause it instead',
};

describe('a question before a large change', () => {
  test.each(['39,214\n', ' 39214 \n'])('is answered with the number that it asks for: %j', async (typed) => {
    const { terminal: at, shown } = personTyping(typed);
    expect((await confirm(question, false, at)).ok).toBe(true);
    const text = shown();
    expect(text).toContain('39,214 clients');
    expect(text).toContain('type 39,214 to start: ');
  });

  test.each(['y\n', 'yes\n', '\n', '3921\n'])('takes no other answer: %j', async (typed) => {
    const answered = await confirm(question, false, personTyping(typed).terminal);
    expect(answered).toMatchObject({
      ok: false,
      error: {
        code: 'confirm.no',
        message: 'nothing was changed: the answer was not 39,214; pause it instead',
      },
    });
  });

  test('is cancelled with Ctrl-C or Ctrl-D, and the next output begins on a new line', async () => {
    const { terminal: at, shown } = personTyping('');
    expect(await confirm(question, false, at)).toMatchObject({
      error: { code: 'confirm.no', message: 'nothing was changed; pause it instead' },
    });
    expect(shown()).toMatch(/to start: [^\n]*\n$/);
  });

  test('is left out with --yes, and is a refusal without a terminal', async () => {
    const { terminal: at } = personTyping('');
    const nobody = { input: new PassThrough(), output: at.output };
    expect((await confirm(question, true, nobody)).ok).toBe(true);
    expect(await confirm(question, false, nobody)).toMatchObject({
      ok: false,
      error: {
        message: 'nothing was changed: there is no terminal to ask for confirmation; add --yes to start',
      },
    });
  });
});
