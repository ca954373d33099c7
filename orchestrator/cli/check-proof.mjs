// node check-proof.mjs PROOF [HEAD]: checks what proves the upgrade of one client, with Node alone.
// HEAD is a head of the audit, known from elsewhere: a report, a log, `audit verify`.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const check = (isRight, why) => {
  if (!isRight) throw new Error(why);
};

/** The steps that are proved, and by which head. Throws where anything is not as it was sealed. */
export function checkProof(bytes) {
  const proof = JSON.parse(bytes.toString('utf8'));
  // One content has one form: not even a byte that means nothing may be changed.
  check(Buffer.from(`${JSON.stringify(proof)}\n`).equals(bytes) && proof.proof === 1, 'its form was changed');
  // The blocks, from the newest back: each is named by the header of the one before it.
  let named = new Map([[proof.block, proof.head]]);
  const roots = new Map();
  const heads = new Map();
  for (const { opening, header, entries, attachments } of proof.chain) {
    const { block, shard, previous, skips = [] } = JSON.parse(header);
    const lines = [previous, ...(opening === null ? [] : [opening]), header, entries, attachments, ''];
    check(
      named.get(block) === sha256(lines.join('\n')) && shard === proof.shard,
      `block ${block} was changed`,
    );
    heads.set(named.get(block), block);
    // What is older is named by this block alone, so its head seals all of that.
    named = new Map([...skips, [block - 1, previous]]);
    roots.set(block, entries);
  }
  // The entries: each leads up to the root of its block.
  const evidence = new Set();
  const steps = proof.entries.map(({ block, line, way }) => {
    const climb = (below, { at, of }) => (of[at] === below ? sha256(of.join('')) : '');
    const entry = JSON.parse(line);
    check(way.reduce(climb, sha256(line)) === roots.get(block), `an entry of block ${block} was changed`);
    check(entry.client === proof.client, `an entry of block ${block} is of another client`);
    for (const each of [entry.evidence, ...(entry.beside ?? [])]) evidence.add(each);
    return `${new Date(entry.at).toISOString()}  ${entry.from} -> ${entry.to}: ${entry.because}`;
  });
  check(steps.length > 0, 'it has no entry');
  for (const text of proof.evidence) check(evidence.has(sha256(text)), 'its evidence was changed');
  return {
    client: proof.client,
    steps,
    sealed: `block ${proof.block} of shard ${proof.shard}`,
    head: proof.head,
    heads,
    blocks: proof.entries.map(({ block }) => block),
  };
}

const [, self, path, known] = process.argv;
if (self !== fileURLToPath(import.meta.url)) {
  // Another program uses what is above.
} else if (path === undefined || !existsSync(path)) {
  const why = path === undefined ? '' : `: there is no file ${path}`;
  console.error(`usage: node check-proof.mjs PROOF [HEAD]${why}`);
  process.exitCode = 2;
} else {
  try {
    const { client, steps, sealed, head, heads, blocks } = checkProof(readFileSync(path));
    const until = heads.get(known ?? head);
    const unknown = `it leads to head ${head}, and does not pass the one given. That is so, too, where the proof
was made later or earlier than that head: compare with the head that "servpack audit verify" shows when a proof is made`;
    check(until !== undefined, unknown);
    // A terminal must not execute what stands in a reason.
    for (const step of steps) console.log(step.replace(/\p{Cc}|\p{Bidi_C}/gu, '\uFFFD'));
    const proved = blocks.filter((block) => block <= until).length;
    const rest =
      proved === steps.length ? '' : `. Not by it: the last ${steps.length - proved}, which are newer`;
    const by = known === undefined || known === head ? sealed : `block ${until} of the same chain`;
    console.log(`PROVED: ${proved} steps of ${client}, sealed by ${by}, head ${known ?? head}${rest}`);
    if (known === undefined) console.log('Compare this head with the one that you know.');
  } catch (error) {
    console.error(`NOT PROVED: ${error.message}`);
    process.exitCode = 1;
  }
}
