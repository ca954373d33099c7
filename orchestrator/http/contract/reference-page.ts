import type {
  DocumentedOperation,
  JsonSchema,
  MediaType,
  OpenApiDocument,
  Parameter,
} from './document-types.ts';

/** The document as one HTML page without a script; every text of it is escaped. */
export function referencePage(document: OpenApiDocument, style: string): string {
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const groups = document.tags.map(({ name, description }) => ({
    name,
    description,
    routes: routes.filter(({ operation }) => operation.tags.includes(name)),
  }));
  const { title, version, description } = document.info;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(title)} ${text(version)}: reference of the API</title>
<style>${style}</style>
</head>
<body>
<header><h1>${text(title)} ${text(version)}: reference of the API</h1>${paragraphs(description)}</header>
<nav aria-label="Routes">${groups.map(({ name, routes: own }) => contents(name, own)).join('')}</nav>
<main>
${groups
  .map(
    (group) => `<h2 id="${text(group.name)}">${text(group.name)}</h2>
<p>${code(group.description)}</p>
${group.routes.map((route) => routeOf(route, document)).join('\n')}`,
  )
  .join('\n')}
<h2 id="schemas">schemas</h2>
${Object.entries(document.components.schemas)
  .map(
    ([name, schema]) =>
      `<section class="route" id="schema-${text(name)}"><h3>${text(name)}</h3>${fieldsOf(schema)}</section>`,
  )
  .join('\n')}
</main>
</body>
</html>
`;
}

interface RouteEntry {
  readonly path: string;
  readonly method: string;
  readonly operation: DocumentedOperation;
}

const text = (value: unknown): string =>
  String(value).replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Text in which backticks mark code. */
const code = (value: string): string => text(value).replaceAll(/`([^`]+)`/g, '<code>$1</code>');

function paragraphs(description: string): string {
  const [first = '', ...lines] = description.split('\n').filter((line) => line !== '');
  return `<p>${code(first)}</p><ul>${lines.map((line) => `<li>${code(line.replace(/^- /, ''))}</li>`).join('')}</ul>`;
}

const contents = (name: string, routes: readonly RouteEntry[]): string =>
  `<h3><a href="#${text(name)}">${text(name)}</a></h3><ul>${routes
    .map(
      ({ operation: { operationId, summary } }) =>
        `<li><a href="#${text(operationId)}">${text(summary)}</a></li>`,
    )
    .join('')}</ul>`;

function routeOf({ path, method, operation }: RouteEntry, document: OpenApiDocument): string {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const roles = operation['x-servpack-role'];
  const own = parameters.flatMap((each) => ('$ref' in each ? [] : [each]));
  const { 200: answered } = responses;
  const refused = Object.entries(responses).filter(([status]) => status !== '200');
  return `<section class="route" id="${text(operationId)}">
<h3>${text(summary)}</h3>
<p class="path"><code><strong class="${text(method)}">${text(method.toUpperCase())}</strong> ${text(path)}</code></p>
<p>${code(description)}</p>
<p class="dim">${roles.length === 0 ? 'Open: needs no token.' : `Roles: ${text(roles.join(', '))}.`} Name: <code>${text(operationId)}</code></p>
${parametersOf(own)}
${requestBody === undefined ? '' : media('Body', requestBody.content, requestBody.required ? '' : ', may be left out')}
${answered === undefined || '$ref' in answered ? '' : media('Answer', answered.content ?? {}, '')}
<p class="dim">Refused: ${refused
    .map(([status, answer]) => {
      const found =
        '$ref' in answer ? document.components.responses[answer.$ref.split('/').at(-1) ?? ''] : answer;
      return `<span title="${text(found?.description ?? '')}">${text(status)}</span>`;
    })
    .join(', ')}.</p>
</section>`;
}

function parametersOf(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return '';
  const rows = parameters.map(
    ({ name, in: where, required, schema, description = '' }) =>
      `<tr><td><code>${text(name)}</code></td><td>${text(where)}${required ? '' : ', optional'}</td><td>${typeOf(schema)} ${code(description)}</td></tr>`,
  );
  return `<table><thead><tr><th scope="col">parameter</th><th scope="col">where</th><th scope="col">value</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

const media = (what: string, content: Readonly<Record<string, MediaType>>, more: string): string =>
  Object.entries(content)
    .map(([type, { schema, example }]) => {
      const shown =
        example === undefined
          ? ''
          : `<details><summary>Example</summary><pre>${text(JSON.stringify(example, null, 2))}</pre></details>`;
      return `<p>${what}: ${typeOf(schema)} as <code>${text(type)}</code>${more}</p>${shown}`;
    })
    .join('\n');

/** A type in words; what has a name is a link. */
function typeOf(schema: JsonSchema): string {
  const name = schema.$ref?.split('/').at(-1);
  if (name !== undefined) return `<a href="#schema-${text(name)}">${text(name)}</a>`;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map(typeOf).join(' or ');
  if (schema.enum !== undefined) return schema.enum.map((value) => `<code>${text(value)}</code>`).join(' | ');
  if (schema.const !== undefined) return `<code>${text(schema.const)}</code>`;
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  if (schema.properties !== undefined)
    return `{ ${Object.entries(schema.properties)
      .map(([key, value]) => `${text(key)}: ${typeOf(value)}`)
      .join('; ')} }`;
  const bounds = (['minimum', 'maximum', 'maxLength', 'pattern', 'default'] as const)
    .filter((keyword) => schema[keyword] !== undefined)
    .map((keyword) => `${keyword} <code>${text(JSON.stringify(schema[keyword]))}</code>`);
  return [text([schema.type ?? 'anything'].flat().join(' or ')), ...bounds].join(', ');
}

function fieldsOf(schema: JsonSchema): string {
  if (schema.properties === undefined) return `<p>${typeOf(schema)} ${code(schema.description ?? '')}</p>`;
  const rows = Object.entries(schema.properties).map(
    ([name, field]) =>
      `<tr><td><code>${text(name)}</code>${schema.required?.includes(name) === true ? '' : ' <span class="dim">optional</span>'}</td><td>${typeOf(field)}</td></tr>`,
  );
  return `<table><thead><tr><th scope="col">field</th><th scope="col">value</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}
