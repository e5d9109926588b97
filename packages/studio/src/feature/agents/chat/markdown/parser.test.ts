import { describe, expect, it } from 'vitest'
import { parseBlocks, parseText } from './parser.js'

const typesOf = (text: string) => parseBlocks(text, {}).map(({ type }) => type)

describe('a table of an answer', () => {
  it('is a paragraph where rows would get cells that nobody wrote', () => {
    const text = `${'|a'.repeat(600)}|\n${'|-'.repeat(600)}|\n${'|\n'.repeat(600)}`

    expect(typesOf(text)).toEqual(['paragraph_open', 'inline', 'paragraph_close'])
  })

  it('may have many rows that are full, and some that are not', () => {
    const text = `|a|b|c|\n|-|-|-|\n${'|1|2|3|\n'.repeat(100)}|1|\n\n${'Words.\n'.repeat(400)}`

    expect(typesOf(text).filter((type) => type === 'tr_open')).toHaveLength(102)
  })

  it('ends a paragraph', () => {
    expect(typesOf('Words.\n|a|\n|-|\n|1|')).toContain('table_open')
    expect(parseText('|a|b|\n|-|-|\n|1|2|', {})?.some(({ type }) => type === 'td_open')).toBe(true)
  })
})
