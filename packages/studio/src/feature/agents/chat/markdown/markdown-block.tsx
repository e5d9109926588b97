import type { Token } from 'markdown-it'
import { createElement, Fragment, memo, type ReactNode } from 'react'
import { CodeBlock } from './code-block.js'
import { languageOf, parseText, type References } from './parser.js'

/** The elements of container tokens, by their types without the suffix. */
const TAGS: Readonly<Record<string, string>> = {
  paragraph: 'p',
  blockquote: 'blockquote',
  bullet_list: 'ul',
  list_item: 'li',
  thead: 'thead',
  tbody: 'tbody',
  tr: 'tr',
  strong: 'strong',
  em: 'em',
  s: 's',
}

const ALIGNED: Readonly<Record<string, string>> = {
  'text-align:center': 'text-center',
  'text-align:right': 'text-end',
}

/** A container while its children are collected. */
interface Open {
  readonly token: Token | undefined
  readonly children: ReactNode[]
}

const TASK = /^\[([ xX])\] /

/** Renders what a model is allowed to show: not HTML, not images, and links without a referrer. */
function toElement({ token, children }: Open, key: number): ReactNode {
  const type = token?.type.replace(/_open$/, '') ?? ''
  // Each top-level block gets the direction of its own text.
  const direction = token?.block === true && token.level === 0 ? { dir: 'auto' } : {}
  const tag = TAGS[type]
  if (token?.hidden === true) return createElement(Fragment, { key }, ...children)
  if (tag !== undefined) return createElement(tag, { key, ...direction }, ...children)
  switch (type) {
    case 'heading':
      return createElement(token?.tag ?? 'h6', { key, ...direction }, ...children)
    case 'ordered_list': {
      const start = Number(token?.attrGet('start') ?? 1)
      return createElement('ol', { key, start, ...direction }, ...children)
    }
    case 'table':
      return (
        <div key={key} role="group" aria-label="Table" tabIndex={0} className="prose-table">
          <table {...direction}>{createElement(Fragment, undefined, ...children)}</table>
        </div>
      )
    case 'th':
    case 'td': {
      const className = ALIGNED[String(token?.attrGet('style'))]
      return createElement(type, { key, className }, ...children)
    }
    case 'link':
      return (
        <a
          key={key}
          href={String(token?.attrGet('href'))}
          target="_blank"
          rel="noopener noreferrer nofollow"
        >
          {createElement(Fragment, undefined, ...children)}
        </a>
      )
    default:
      return createElement(Fragment, { key }, ...children)
  }
}

function toLeaf(token: Token, key: number): ReactNode {
  const { type, content, info } = token
  switch (type) {
    case 'softbreak':
      return '\n'
    case 'hardbreak':
      return <br key={key} />
    case 'code_inline':
      return <code key={key}>{content}</code>
    case 'image': {
      const words = token.children?.map((child) => child.content).join('') ?? ''
      return `[image${words === '' ? '' : `: ${words}`}]`
    }
    case 'hr':
      return <hr key={key} />
    case 'fence':
    case 'code_block': {
      return <CodeBlock key={key} language={languageOf(info)} pieces={[content]} isClosed />
    }
    default:
      return content
  }
}

/** An item of a task list: its checkbox and its text. */
function toTask(children: readonly Token[]): ReactNode[] {
  const text = children[0]?.content ?? ''
  const isDone = text[1] !== ' '
  return [
    <input
      key="box"
      type="checkbox"
      checked={isDone}
      readOnly
      disabled
      aria-label={isDone ? 'Done' : 'Not done'}
    />,
    ` ${text.slice(4)}`,
    ...toNodes(children.slice(1)),
  ]
}

function toNodes(tokens: readonly Token[]): ReactNode[] {
  const open: Open[] = [{ token: undefined, children: [] }]
  for (const [key, token] of tokens.entries()) {
    if (token.nesting === 1) {
      open.push({ token, children: [] })
      continue
    }
    const last = token.nesting === -1 ? open.pop() : undefined
    const parent = open.at(-1)?.children ?? []
    if (last !== undefined) {
      parent.push(toElement(last, key))
    } else if (token.type !== 'inline') {
      parent.push(toLeaf(token, key))
    } else {
      const children = token.children ?? []
      const item = open.at(-2)
      const isTask =
        item?.token?.type === 'list_item_open' &&
        item.children.length === 0 &&
        children[0]?.type === 'text' &&
        TASK.test(children[0].content)
      parent.push(...(isTask ? toTask(children) : toNodes(children)))
    }
  }
  return open[0]?.children ?? []
}

/** A piece of Markdown. It is parsed again only when it changes. */
export const MarkdownBlock = memo(function MarkdownBlock({
  source,
  references,
}: {
  readonly source: string
  readonly references: References
}) {
  const tokens = parseText(source, references)
  if (tokens === undefined) {
    return (
      <p dir="auto" className="plain-text">
        {source}
      </p>
    )
  }
  return createElement(Fragment, undefined, ...toNodes(tokens))
})
