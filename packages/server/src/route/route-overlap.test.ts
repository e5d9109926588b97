import { describe, expect, it } from 'vitest'
import { takesFrom } from './route-overlap.js'

describe('takesFrom', () => {
  it.each([
    ['/files/*', '/files/salaries'],
    ['/files/*', '/files/salaries/'],
    ['/files/*', '/files'],
    ['/*', '/files/:name'],
    ['*', '/files'],
    ['/files/:name', '/files/salaries'],
    ['/files/:name?', '/files'],
    ['/files/:name', '/:folder/salaries'],
    ['/files/:name', '/files/:id{[0-9]+}'],
    ['/files/:id{[0-9]+}', '/files/17'],
    ['/files/:path{.+}', '/files/a/b'],
    ['/*/salaries', '/files/:name'],
    ['/files/:name/*', '/files/:name/salaries'],
    ['/files/:id', '/files/:name'],
    ['/files/:id/', '/files/:name'],
    ['/files/:id{[0-9]+}', '/files/:id{[0-9]+}'],
  ])('says that %s takes paths from %s', (path, other) => {
    expect(takesFrom(path, other)).toBe(true)
  })

  it.each([
    ['/login', '/*'],
    ['/login', '/:page'],
    ['/login/:step', '/login/*'],
    ['/files/:id{[0-9]+}', '/files/:name'],
    ['/files/*', '/images/salaries'],
    ['/files/*', '/file'],
    ['/files/:name', '/files/a/b'],
    ['/files/:id{[0-9]+}', '/files/salaries'],
    ['/files', '/files/:name'],
    ['/', '/files'],
  ])('says that %s takes no path from %s that is not an exception', (path, other) => {
    expect(takesFrom(path, other)).toBe(false)
  })
})
