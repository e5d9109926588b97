import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { Markdown } from './markdown.js'

const shown = (text: string) => renderToStaticMarkup(createElement(Markdown, { text }))

describe('Markdown', () => {
  it('shows a text as what it says', () => {
    expect(shown('It is **warm**.')).toContain('It is <strong>warm</strong>.')
  })

  it('shows no HTML of the text', () => {
    expect(shown('<img src=x onerror=alert(1)>')).not.toContain('<img')
  })

  it('shows a text of more than 20,000 characters as it is, and reads no Markdown in it', () => {
    const open = shown('*a '.repeat(7000))
    expect(open).toContain('*a *a')
    expect(shown(`**a** ${'b'.repeat(20_000)}`)).toContain('**a** bbb')
    expect(shown(`**a** ${'b'.repeat(19_000)}`)).toContain('<strong>a</strong> bbb')
    expect(shown(`<b>${'c'.repeat(20_000)}`)).toContain('&lt;b&gt;ccc')
  })
})
