import { documentNow } from './document-now.ts';

// `npm run --silent openapi > docs/openapi.json` keeps the document of a release.
process.stdout.write(`${JSON.stringify(await documentNow(), null, 1)}\n`);
