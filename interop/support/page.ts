import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * The page that Signet is made for, "JSON Web Token", as Mastra's package has it. It is read where
 * npm installed it, so that the snippets are what its readers copy.
 */
const PAGE = join(
  dirname(createRequire(import.meta.url).resolve('@mastra/core/package.json')),
  'dist',
  'docs',
  'references',
  'docs-auth-jwt.md',
)

/** What the page has to copy. */
export interface PageSnippets {
  /** The lines that install the package, by the name of the package manager. */
  readonly installation: ReadonlyMap<string, string>
  readonly server: string
  readonly client: string
  readonly react: string
  readonly curl: string
}

interface Block {
  /** The text before the block, back to the block before it. */
  readonly before: string
  readonly language: string
  readonly code: string
}

function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/([^]*?)^```(\w+)\n([^]*?)^```/gm)].map(
    ([, before = '', language = '', code = '']) => ({ before, language, code }),
  )
}

/** The one block that is so. @throws where the page has none, or several */
function only(blocks: readonly Block[], language: string, part: string): string {
  const [block, ...others] = blocks.filter(
    ({ language: its, code }) => its === language && code.includes(part),
  )
  if (block === undefined || others.length > 0) {
    throw new Error(`The page has ${others.length + 1} blocks in ${language} with ${part}.`)
  }
  return block.code
}

/** Reads the snippets of the page as they stand. */
export function readPage(): PageSnippets {
  const blocks = blocksOf(readFileSync(PAGE, 'utf8'))
  const installation = blocks.flatMap(({ before, code }) => {
    const [, manager = ''] = /\*\*(npm|pnpm|Yarn|Bun)\*\*:\s*$/.exec(before) ?? []
    return manager === '' ? [] : [[manager, code.trim()] as const]
  })
  return {
    installation: new Map(installation),
    server: only(blocks, 'typescript', 'new MastraJwtAuth('),
    client: only(blocks, 'typescript', 'new MastraClient('),
    react: only(blocks, 'tsx', 'TestAgent'),
    curl: only(blocks, 'bash', 'curl '),
  }
}
