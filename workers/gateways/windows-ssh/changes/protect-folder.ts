import type { Fence } from '../../../../shared/store/types.ts';
import { ok } from '../../../../shared/errors.ts';
import { type Child, foreignIn } from '../../../../shared/execution/foreign-names.ts';
import type { GatewayResult } from '../../../../shared/execution/gateway.ts';
import { send, sendUntilSaid, wordsOf } from './send.ts';
import { type ClientShell, failure, refused } from '../connection/client.ts';
import { administrators, protect } from './guard.ts';
import { isMissing } from '../look/look-sections.ts';
import { quotePath } from '../connection/quote.ts';

/** No file name holds a colon, so no entry of the folder can imitate these words. */
const tight = 'servpack:tight';
const done = 'servpack:done';
const itself = 'servpack:is';
const inside = 'servpack:in';

/** `/l`: where a link stands in place of the folder, icacls changes the link and not its target. */
const onLink = ' /l';

/**
 * Makes administrators the owner. No plain command prints an owner in a readable form (`dir /q` is
 * localised and cut off), so the success of icacls counts.
 */
const takeOver = (quoted: string): string =>
  `icacls ${quoted} /setowner "${administrators}"${onLink} 2>&1 && icacls ${quoted} /reset${onLink} 2>&1`;

/**
 * Prints attributes and names, also of hidden entries. `for` alone skips those, and `dir` alone
 * does not show links.
 */
export const listed = (quoted: string): string =>
  [
    `(for %z in (${quoted}) do @(echo ${itself} %~az))`,
    `(pushd ${quoted} && ((for /f "eol=: delims=" %z in ('dir /b /a') do @(echo ${inside} %~az %z))& popd& echo ${done}))`,
  ].join('& ');

/**
 * Protects a folder. The owner comes first, because an owner can always change the rights back;
 * then all entries of others go; then come those of the system and administrators. The content is
 * listed after that, when no other account can add to it, and taken over only if all of it may
 * stay.
 */
export async function protectFolder(
  shell: ClientShell,
  fence: Fence,
  path: string,
  allowed: readonly string[] | null,
): Promise<GatewayResult<void>> {
  const quoted = refused(quotePath(path));
  if (!quoted.ok) return quoted;
  const folder = quoted.value;
  const ours = `${takeOver(folder)} && ${protect(folder, onLink)}`;
  const sent = await send(
    shell,
    fence,
    `if exist "${path}\\" (${ours} && (icacls ${folder} 2>&1& echo ${tight}& ${listed(folder)})) else (echo ${isMissing})`,
  );
  if (!sent.ok) return sent;
  const { text } = sent.value;
  if (text.includes(isMissing)) return failure('failed', `${path} is not there`);
  if (!text.includes(tight) || !text.includes(done))
    return failure('failed', `${path}: ${wordsOf(sent.value)}`);
  const wrong = linkIn(text, path) ?? looseIn(text, path);
  if (wrong !== null) return failure('failed', wrong);
  const children = childrenIn(text);
  const foreign = allowed === null ? null : foreignIn(path, children, allowed);
  if (foreign !== null) return failure('failed', foreign);
  return children.length === 0 ? ok(undefined) : takeOverChildren(shell, fence, path);
}

/**
 * Checks the rights of the folder. Names of accounts are localised, so their number counts, and
 * that none is inherited.
 */
function looseIn(text: string, path: string): string | null {
  const said = text.slice(0, text.indexOf(tight));
  const entries = said.match(/:(?:\([A-Z,]+\))+/g) ?? [];
  const isTight =
    entries.length === 2 && entries.every((entry) => entry.includes('(F)') && !entry.includes('(I)'));
  return entries.length === 0 || isTight ? null : `${path} is not protected: ${said.trim().slice(0, 300)}`;
}

/** Refuses a link: an account that can change its target could replace the content. */
function linkIn(text: string, path: string): string | null {
  const attributes = new RegExp(`^${itself} (\\S+)`, 'm').exec(text)?.[1] ?? '';
  return /^d[^l]*$/.test(attributes) ? null : `${path} is a link, or no folder: take it away`;
}

/** The entries of a folder in the output of `listed`. */
export const childrenIn = (text: string): readonly Child[] =>
  text.split(/\r?\n/).flatMap((line) => {
    const [, attributes = '', name = ''] = new RegExp(`^${inside} (\\S*) (.*)$`).exec(line) ?? [];
    return name === '' ? [] : [{ name, isPlainFile: /^-[^l]+$/.test(attributes) }];
  });

/**
 * Takes over the entries of the folder. They keep their old owner and rights otherwise, and opening
 * a file needs no right to its folder. Without `/t`, which would follow links; without `/c`, which
 * would hide a failure.
 */
const takeOverChildren = (shell: ClientShell, fence: Fence, path: string): Promise<GatewayResult<void>> =>
  sendUntilSaid(shell, fence, `${takeOver(`"${path}\\*"`)} && echo ${done}`, done);
