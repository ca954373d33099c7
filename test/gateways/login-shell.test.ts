import { expect, test } from 'vitest';
import { shellThat } from './told-client.ts';

const none = Buffer.alloc(0);

/** The words of PowerShell for a line of cmd.exe, which it does not understand. */
const notItsSyntax = `At line:1 char:3\r\n+ if 1==1 (echo …\r\nMissing ')' in statement block`;

async function reasonOf(errors: string): Promise<string> {
  const shell = shellThat((line) => ({
    stdout: none,
    stderr: Buffer.from(line.startsWith('powershell.exe') ? errors : notItsSyntax),
  }));
  const root = await shell.systemRoot();
  return root.ok ? '' : root.error.message;
}

// AppLocker and WDAC put PowerShell into the constrained language mode, in which it creates no
// objects of .NET (ansible issue 53571). cmd.exe was never started.
const constrained = 'New-Object : Cannot create type. Only core types are supported in this language mode.';

test('a login whose PowerShell cannot start cmd.exe is refused with what PowerShell said', async () => {
  expect(await reasonOf(constrained)).toContain(constrained);
});

test('PowerShell wraps its errors in XML where a program reads them (PowerShell issue 5912)', async () => {
  const follows = 'You cannot call a method on a null-valued expression. '.repeat(8);
  const lines = [constrained, 'At line:1 char:4', follows].map(
    (line) => `<S S="Error">${line.replaceAll('&', '&amp;')}_x000D__x000A_</S>`,
  );
  const xml = `#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj S="progress" RefId="0"><MS><S N="Activity">Preparing modules for first use.</S></MS></Obj>${lines.join('')}</Objs>`;
  const reason = await reasonOf(xml);
  expect(reason).toContain(constrained);
  expect(reason).not.toMatch(/_x000D_|<S /);
});
