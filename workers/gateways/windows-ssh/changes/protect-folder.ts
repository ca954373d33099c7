import type { Fence } from '../../../../shared/store/types.ts';
import { ok } from '../../../../shared/errors.ts';
import { type Child, foreignIn } from './foreign-names.ts';
import type { GatewayResult } from '../../gateway.ts';
import { send, sendUntilSaid, wordsOf } from './change.ts';
import { type ClientShell, failure, refused } from '../connection/client.ts';
import { administrators, protect } from './guard.ts';
import { isMissing } from '../look/look-sections.ts';
import { quotePath } from '../connection/quote.ts';

/** A colon is in no file name: what lies in the folder can not say any of these. */
const tight = 'servpack:tight';
const done = 'servpack:done';
const itself = 'servpack:is';
const inside = 'servpack:in';

/** `/l`: where somebody has put a link in its place, the link is changed and not what it leads to. */
const onLink = ' /l';

/** No plain command tells an owner in a form that can be read: `dir /q` is localised and cut off. So what counts is that icacls says it was done. */
const takeOver = (quoted: string): string =>
  `icacls ${quoted} /setowner "${administrators}"${onLink} 2>&1 && icacls ${quoted} /reset${onLink} 2>&1`;

/** Attributes and names, hidden ones too. `for` alone passes over these, and `dir` alone does not tell a link. */
const listed = (quoted: string): string =>
  [
    `(for %z in (${quoted}) do @(echo ${itself} %~az))`,
    `(pushd ${quoted} && ((for /f "eol=: delims=" %z in ('dir /b /a') do @(echo ${inside} %~az %z))& popd& echo ${done}))`,
  ].join('& ');

/**
 * The owner first, because an owner can always change the permissions back; then the entries that somebody made; then ours. What lies there is listed after
 * that, when nobody else can add to it, and taken over only if it may stay.
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

/** Names of accounts are localised; what counts is how many there are, and that none of them is inherited. */
function looseIn(text: string, path: string): string | null {
  const said = text.slice(0, text.indexOf(tight));
  const entries = said.match(/:(?:\([A-Z,]+\))+/g) ?? [];
  const isTight =
    entries.length === 2 && entries.every((entry) => entry.includes('(F)') && !entry.includes('(I)'));
  return entries.length === 0 || isTight ? null : `${path} is not protected: ${said.trim().slice(0, 300)}`;
}

/** Whoever can change the folder that a link leads to can change what is found behind it. */
function linkIn(text: string, path: string): string | null {
  const attributes = new RegExp(`^${itself} (\\S+)`, 'm').exec(text)?.[1] ?? '';
  return /^d[^l]*$/.test(attributes) ? null : `${path} is a link, or no folder: take it away`;
}

const childrenIn = (text: string): readonly Child[] =>
  text.split(/\r?\n/).flatMap((line) => {
    const [, attributes = '', name = ''] = new RegExp(`^${inside} (\\S*) (.*)$`).exec(line) ?? [];
    return name === '' ? [] : [{ name, isPlainFile: /^-[^l]+$/.test(attributes) }];
  });

/**
 * What is there keeps the owner and the entries that it had, whatever the folder says: who may open a file needs no right to its folder. Not `/t`, which
 * would walk through links, and not `/c`, for one that is left must be heard of.
 */
const takeOverChildren = (shell: ClientShell, fence: Fence, path: string): Promise<GatewayResult<void>> =>
  sendUntilSaid(shell, fence, `${takeOver(`"${path}\\*"`)} && echo ${done}`, done);
