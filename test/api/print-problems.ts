import { problemsPage } from './problems-page.ts';

// `node test/api/print-problems.ts > docs/problems.md` writes the page.
process.stdout.write(problemsPage());
