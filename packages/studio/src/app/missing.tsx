import { Link } from '@tanstack/react-router'
import { HOME } from '../session/page-settings.js'
import { buttonClass } from '../ui/button.js'
import { Empty } from '../ui/empty.js'
import { PageHeader } from '../ui/page-header.js'
import { Page } from '../ui/page.js'

/** The page for an unknown address. */
export function Missing() {
  return (
    <Page>
      <PageHeader title="No such page" />
      <Empty
        title="There is nothing at this address."
        actions={
          <Link to={HOME.path} className={buttonClass('secondary', 'medium')}>
            {HOME.name}
          </Link>
        }
      />
    </Page>
  )
}
