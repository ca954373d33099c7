import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentNow } from './document-now.ts';
import { exampleOf, recordDay } from './record.ts';
import { startWorld } from './world.ts';

// `npm run openapi:examples` records the examples of the document from an orchestrator.
const file = join(import.meta.dirname, '../../orchestrator/http/contract/examples.json');
await using orchestrator = await startWorld();
const recorded = await recordDay(orchestrator, await documentNow());
const examples = recorded.map((each) => [each.asked.id, exampleOf(each, orchestrator.folder)]);
writeFileSync(file, `${JSON.stringify(Object.fromEntries(examples), null, 1)}\n`);
