import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, it } from 'vitest'
import { AnswerText } from './answer-text.js'

const shown = (text: string) =>
  renderToStaticMarkup(createElement(AnswerText, { text, isOpen: false }))

describe('AnswerText', () => {
  it.each([
    ['strong and struck words', 'It is **warm**, ~~cold~~.', '<strong>warm</strong>, <s>cold</s>.'],
    ['a bare link', 'See https://example.com/a.', 'href="https://example.com/a"'],
    ['a bare host', 'See www.example.com.', 'href="http://www.example.com"'],
    ['a heading', '## Two', '<h2 dir="auto">Two</h2>'],
    ['a list from its number', '3. three', '<ol start="3" dir="auto"><li>three</li></ol>'],
    ['a line that is broken', 'a  \nb', 'a<br/>b'],
    ['a reference of HTML', 'a &amp; &eacute;', 'a &amp; é'],
    [
      'a task',
      '- [x] done',
      '<li><input type="checkbox" readOnly="" disabled="" aria-label="Done" checked=""/> done</li>',
    ],
    ['a task that is open', '- [ ] open', 'aria-label="Not done"/> open'],
    [
      'a link whose place is named below',
      '[a][1]\n\nb\n\n[1]: https://example.com',
      'href="https://example.com"',
    ],
    ['code in a quote', '> ```\n> x\n> ```', 'x\n'],
  ])('shows %s', (_, text, html) => {
    expect(shown(text)).toContain(html)
  })

  it('shows a table, with its cells where the text says', () => {
    const html = shown('| a | b |\n|:-:|--:|\n| 1 | 2 |')
    expect(html).toContain('<th class="text-center">a</th><th class="text-end">b</th>')
    expect(html).toContain('<td class="text-center">1</td><td class="text-end">2</td>')
    expect(html).toContain('role="group" aria-label="Table" tabindex="0"')
  })

  it('takes lines that end as on Windows', () => {
    expect(shown('a\r\n\r\n- b\r\n')).toContain('<li>b</li>')
  })

  it('shows HTML as the text that it is', () => {
    expect(shown('<img src=x onerror=alert(1)>')).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(shown('<script>alert(1)</script>\n\na <b>c</b>')).not.toMatch(/<script|<b>/)
  })

  it.each([
    '[bad](javascript:alert(1))',
    '[bad](JaVaScRiPt:alert(1))',
    '[bad](&#106;avascript:alert(1))',
    '[bad](data:text/html,x)',
    '[bad](vbscript:x)',
    '[bad](file:///etc/passwd)',
    '[bad](#/settings)',
    '[bad](//elsewhere.example)',
    '<javascript:alert(1)>',
    '[bad][1]\n\n[1]: javascript:alert(1)',
    'javascript:alert(1)',
  ])('shows a link that is not safe as the text that it is: %s', (text) => {
    const html = shown(text)
    expect(html).not.toContain('<a')
    expect(html.toLowerCase()).toMatch(/script:|data:|file:|settings|elsewhere/)
  })

  it.each(['[good](https://example.com)', '<https://example.com>', '[mail](mailto:a@example.com)'])(
    'opens a link without telling of this page: %s',
    (text) => {
      expect(shown(text)).toContain('target="_blank" rel="noopener noreferrer nofollow"')
    },
  )

  it('loads no picture', () => {
    const html = shown('![a *picture*](https://elsewhere.example/track.png)')
    expect(html).toContain('[image: a picture]')
    expect(html).not.toContain('<img')
  })

  it.each([
    ['quotes', '>'.repeat(5000)],
    ['lists', '- '.repeat(5000)],
    [
      'lists by their indent',
      Array.from({ length: 200 }, (_, depth) => `${'  '.repeat(depth)}- a`).join('\n'),
    ],
    ['brackets', '['.repeat(5000)],
    ['pictures', '!['.repeat(5000)],
    ['stars', '*a '.repeat(5000)],
    ['cells', `${'|a'.repeat(3000)}|\n${'|-'.repeat(3000)}|\n`],
  ])('shows too many %s in each other as they are', (_, text) => {
    const html = shown(`${text}\n\nAfter.`)
    expect(html).toContain('After.')
    expect((html.match(/<(?:blockquote|ul|ol|td|th|em)/g) ?? []).length).toBeLessThan(4000)
    const depth = /(?:<(?:blockquote|ul|li|ol)[^>]*>){70,}/
    expect(html).not.toMatch(depth)
  })

  it('shows all of a text of which not all has been read yet', () => {
    expect(shown(`${'word '.repeat(20_000)}end`)).toContain('word end')
  })
})
