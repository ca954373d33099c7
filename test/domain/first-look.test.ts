import { describe, expect, test } from 'vitest';
import { admitted, after, blockedByPcm, evening, look, phases, rules, upToDate } from './given.ts';

describe('the first look', () => {
  test('excludes a server, and finds a client that is current by its hashes', () => {
    expect(after(rules, admitted, [[evening, look(blockedByPcm, { role: 'server' })]]).state).toMatchObject({
      end: 'excluded',
      cause: 'server',
    });
    expect(after(rules, admitted, [[evening, look(upToDate)]]).state).toMatchObject({
      end: 'alreadyCurrent',
      cause: 'already current',
    });
  });

  test('finishes an unfinished relocation first', () => {
    const intent = {
      kind: 'relocation',
      campaign: 'older',
      direction: 'forward',
      step: 'repoint',
      preImage: { service: rules as never, sha256: '', from: '', to: '' },
    } as const;
    expect(
      phases(
        after(rules, admitted, [
          [
            evening,
            look({
              intent: { ...intent, preImage: { ...intent.preImage, service: { name: 'S' } as never } },
            }),
          ],
        ]),
      ),
    ).toBe('remedying relocation forward repoint');
  });
});
