/**
 * Tells the page early what it will need. Which files belong to each address: `public/early.js` fetches those of the
 * one that is opened while the rest is still on its way; else they would be found out only after everything else has
 * run. And the font of nearly every letter, which the style sheet would name later.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Plugin, Rolldown } from 'vite';

type Bundle = Rolldown.OutputBundle;

const FONT = /geist-latin-wght-normal-[^/]*\.woff2$/;
const ROUTE = /path: '\/([^']*)',[\s\S]*?import\('([^']+)'\)/g;

export function namePages(root: string, base: string): Plugin {
  return {
    name: 'name-pages',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: async (html, { bundle, chunk }) => {
        if (!bundle || !chunk) return html;
        const pages: Record<string, string[]> = {};
        const known = filesOf(bundle, chunk.fileName);
        for (const [address, file] of await routesOf(root)) {
          const page = Object.values(bundle).find(
            (each) => each.type === 'chunk' && each.facadeModuleId === file,
          );
          if (!page) throw new Error(`the page ${file} has no chunk of its own`);
          pages[address] = [...filesOf(bundle, page.fileName)]
            .filter((each) => !known.has(each))
            .map((each) => base + each);
        }
        return arranged(html, [
          `<meta name="pages" content='${JSON.stringify(pages)}' />`,
          `<link rel="preload" as="font" type="font/woff2" crossorigin href="${base}${fontOf(bundle)}" />`,
        ]);
      },
    },
  };
}

/** The first word of an address, with a star where more follows, and the file of its page. */
async function routesOf(root: string): Promise<[address: string, file: string][]> {
  const folder = resolve(root, 'src/app');
  const source = await readFile(resolve(folder, 'routes.ts'), 'utf8');
  const routes = [...source.matchAll(ROUTE)].map(([, path = '', file = '']): [string, string] => {
    const [first = '', ...rest] = path.split('/');
    return [rest.length > 0 ? `${first}/*` : first, resolve(folder, file)];
  });
  if (routes.length === 0) throw new Error('no route was found in src/app/routes.ts');
  return routes;
}

/**
 * The styles first, and scripts behind them: a browser asks for six files at a time, and on a thin line a hundred
 * kilobytes of script keep ten of styles from painting the frame that `index.html` has already.
 */
function arranged(html: string, lines: readonly string[]): string {
  const styles = html.match(/<link rel="stylesheet"[^>]*>/g) ?? [];
  if (styles.length === 0) throw new Error('the page has no styles');
  const rest = styles.reduce((text, each) => text.replace(each, ''), html);
  return rest
    .replace('<script ', `${[...styles, ...lines].join('\n    ')}\n    <script `)
    .replaceAll(/<(script type="module"|link rel="modulepreload")/g, '<$1 fetchpriority="low"');
}

function fontOf(bundle: Bundle): string {
  const font = Object.keys(bundle).find((name) => FONT.test(name));
  if (font === undefined) throw new Error('the font of the interface was not built');
  return font;
}

/** A chunk with everything that it imports. */
function filesOf(bundle: Bundle, name: string, found = new Set<string>()): Set<string> {
  const chunk = bundle[name];
  if (found.has(name) || chunk?.type !== 'chunk') return found;
  found.add(name);
  for (const each of chunk.imports) filesOf(bundle, each, found);
  return found;
}
