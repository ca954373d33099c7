import { readFileSync } from 'node:fs';
import { kindOf, problemKinds } from '../../orchestrator/http/problem-kinds.ts';
import { filesBelow } from '../architecture/imports.ts';

/** Folders whose refusals never reach the API: the command line and the start of processes. */
const elsewhere =
  /^orchestrator\/(cli|embedded-redis|durability|doctor|proving|certify|views)\/|^orchestrator\/(main|start-)/;

/** Codes with which a process refuses to start. */
const atTheStart = /^(http|config|rebuild|redis|checkIn)\.|^notSimulated$/;

/** Every code that the orchestrator may answer with, as its source has it. */
export function codesInSource(): readonly string[] {
  const files = [...filesBelow('orchestrator'), ...filesBelow('shared/store')].filter(
    (file) => !elsewhere.test(file),
  );
  const codes = files.flatMap((file) => {
    const source = readFileSync(file, 'utf8');
    return [
      ...[...source.matchAll(/\b(?:fault|refuse\w*)\(\s*'(\w+(?:\.\w+)?)'/g)].map(([, code = '']) => code),
      ...[...source.matchAll(/\bnotFound\(\s*'(\w+)'/g)].map(([, what = '']) => `notFound.${what}`),
    ];
  });
  return [...new Set(codes)].filter((code) => !atTheStart.test(code)).toSorted();
}

const head = `# Problems

A refused request of the [HTTP API](api.md) is answered with a problem document (RFC 9457, \`application/problem+json\`):

\`\`\`json
{
  "type": "/problems/notFound",
  "title": "There is nothing of this name",
  "status": 404,
  "detail": "there is no campaign named sms-sp5 (did you mean sms-sp4?)",
  "instance": "urn:uuid:5f0f6b0e-6a53-4f0c-9df3-7f2e6a6a3f10",
  "code": "notFound.campaign",
  "error": { "code": "notFound.campaign", "message": "there is no campaign named sms-sp5 (did you mean sms-sp4?)" }
}
\`\`\`

\`type\` names the kind, is stable, and is answered by the orchestrator itself. \`code\` is stable and finer. \`detail\` is a
sentence about this request. \`instance\` is the id under which the log of the orchestrator has a failure. \`errors\` names
each wrong place of the request or of its file: a JSON pointer, the line, and what is wrong. \`error\` says the same in the
form of earlier versions, and stays.

A test holds this page against the code.
`;

/** `docs/problems.md` */
export function problemsPage(): string {
  const codes = codesInSource();
  const kinds = Object.entries(problemKinds).map(([kind, { status, title, means }]) => {
    const own = codes.filter((code) => kindOf(code) === kind).map((code) => `\`${code}\``);
    const listed = own.length === 0 ? '' : `\nCodes: ${own.join(', ')}.\n`;
    return `\n## ${kind}\n\n**${title}** (usually ${status}). ${means}\n${listed}`;
  });
  return `${head}${kinds.join('')}`;
}
