import { describe, expect, test } from 'vitest';
import { storedService } from '../../workers/gateways/windows-ssh/changes/service-changes.ts';
import { editOnClient } from '../../workers/gateways/windows-ssh/changes/ini-edit.ts';
import { decode, unknownCodePage } from '../../workers/gateways/windows-ssh/connection/code-page.ts';
import { quoteArgument, quoteName, quotePath } from '../../workers/gateways/windows-ssh/connection/quote.ts';
import { lookAt } from '../../workers/gateways/windows-ssh/look/look.ts';
import { type Says, shellOf } from './told-client.ts';
import { regQuery, toldRequest, toldWindows } from './told-windows.ts';

describe('bytes that the code page does not have are kept, and seen', () => {
  test.each([
    ['Windows-1251 where UTF-8 is expected', [0x41, 0xcf, 0xe0, 0x42], 'utf8', 'A<0xcf><0xe0>B'],
    ['UTF-8 that is cut off', [0x41, 0xe2, 0x82], 'utf8', 'A<0xe2><0x82>'],
    ['UTF-8 that is whole, beside one that is not', [0xc3, 0xa4, 0xff], 'utf8', 'ä<0xff>'],
    ['a byte that Windows-1252 leaves free', [0x81, 0x41], 'cp1252', '<0x81>A'],
    ['half a character of Japanese', [0x82, 0xa0, 0x82, 0x0d, 0x0a], 'cp932', 'あ<0x82>\r\n'],
    ['a code page that nobody knows', [0x41, 0xe4], unknownCodePage, 'A<0xe4>'],
  ])('%s', (_, bytes, page, text) => {
    expect(decode(Buffer.from(bytes), page)).toBe(text);
  });

  test('in a text of megabytes, too, which does not hold the worker up', () => {
    const text = decode(Buffer.alloc(1024 * 1024, 0xff), 'utf8');
    expect(text.startsWith('<0xff><0xff>')).toBe(true);
    expect(text).not.toContain('\ufffd');
    expect(text.endsWith('<0x??>')).toBe(true);
  });

  test('and UTF-16 without a byte order mark is read as what it is', () => {
    expect(decode(Buffer.from('Агент\r\nC:\\Agent\r\n', 'utf16le'), 'cp437')).toBe('Агент\r\nC:\\Agent\r\n');
    // A zero byte in other text is left out, as before.
    expect(decode(Buffer.from('abcdefghijklmnopq\0rs', 'latin1'), 'cp437')).toBe('abcdefghijklmnopqrs');
  });
});

test('a text with such bytes is put on no command line', () => {
  for (const quote of [quotePath, quoteName, quoteArgument]) expect(quote('C:\\A<0xe4>').ok).toBe(false);
  const file = 'C:\\SMS.INI';
  const [before, after] = ['[<0xe4>]\r\nA=1\r\n', '[<0xe4>]\r\nA=2\r\n'];
  expect(editOnClient({ file, copy: 'C:\\X', before, after, sha256: '' })).toBeNull();
});

const services = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\GenericAgent';
const withImage =
  (image: string): Says =>
  (commands) =>
    commands.startsWith('reg query "HKLM\\SYSTEM\\CurrentControlSet\\Services')
      ? [
          Buffer.from(
            regQuery(services, ['Start', 'REG_DWORD', '0x2'], ['ImagePath', 'REG_EXPAND_SZ', image]),
            'latin1',
          ),
          0,
        ]
      : undefined;

// `reg query` prints a name that the code page of the console does not have with `?`, and a move
// would write that back.
const stored = (image: string, page: number) =>
  storedService(shellOf(toldWindows(withImage(image), page)), 'GenericAgent');

test.each([
  ['C:\\?????\\A.EXE', 437],
  ['C:\\Ag\xe4nt\\A.EXE', 65_001],
])('a service at %s is not moved: its path was read with loss', async (image, page) => {
  expect(await stored(image, page)).toMatchObject({
    error: { kind: 'failed', message: expect.stringContaining('cannot print all of') },
  });
});

test.each(['C:\\Agent\\A.EXE', '\\??\\C:\\Agent\\A.EXE'])('a service at %s may be moved', async (image) => {
  expect(await stored(image, 437)).toMatchObject({ ok: true, value: { imagePath: image } });
});

test('a locked file with a foreign name is named by its bytes, and blocks', async () => {
  const says: Says = (commands) =>
    commands.startsWith('pushd') ? [Buffer.from('F AGENTSVC.EXE\r\nL \xe4.dll\r\n', 'latin1'), 0] : undefined;
  const seen = await lookAt(shellOf(toldWindows(says, 65_001)), toldRequest);
  expect(seen).toMatchObject({ ok: true, value: { locked: ['<0xe4>.dll'] } });
});
