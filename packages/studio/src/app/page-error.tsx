import { Button } from '../ui/button.js'
import { Notice } from '../ui/notice.js'
import { PageHeader } from '../ui/page-header.js'
import { Page } from '../ui/page.js'

/** Stands in for a page that failed, most often because the server was replaced by a newer one. */
export function PageError() {
  return (
    <Page>
      <PageHeader title="This page failed" />
      <Notice
        tone="danger"
        title="The page could not be shown."
        actions={<Button onClick={() => location.reload()}>Load it anew</Button>}
      >
        Its files may be of an older version of the server, or the server is gone.
      </Notice>
    </Page>
  )
}
