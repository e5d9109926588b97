import bash from 'highlight.js/lib/languages/bash'
import css from 'highlight.js/lib/languages/css'
import diff from 'highlight.js/lib/languages/diff'
import go from 'highlight.js/lib/languages/go'
import java from 'highlight.js/lib/languages/java'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import python from 'highlight.js/lib/languages/python'
import rust from 'highlight.js/lib/languages/rust'
import sql from 'highlight.js/lib/languages/sql'
import typescript from 'highlight.js/lib/languages/typescript'
import xml from 'highlight.js/lib/languages/xml'
import yaml from 'highlight.js/lib/languages/yaml'
import { createLowlight } from 'lowlight'
import type { ReactNode } from 'react'

const lowlight = createLowlight({
  bash,
  css,
  diff,
  go,
  java,
  javascript,
  json,
  python,
  rust,
  sql,
  typescript,
  xml,
  yaml,
})

type Nodes = ReturnType<typeof lowlight.highlight>['children']

function toElements(nodes: Nodes): ReactNode[] {
  return nodes.map((node, index) => {
    if (node.type === 'text') return node.value
    if (node.type !== 'element') return undefined
    const names = node.properties['className']
    return (
      <span key={index} className={Array.isArray(names) ? names.join(' ') : undefined}>
        {toElements(node.children as Nodes)}
      </span>
    )
  })
}

/** Highlights code with the classes of highlight.js; undefined for a language that is not listed above. */
export function colour(language: string, code: string): ReactNode {
  const name = language.toLowerCase()
  if (!lowlight.registered(name)) return undefined
  return toElements(lowlight.highlight(name, code).children)
}
