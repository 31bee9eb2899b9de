"""Checks that pass and fail, as if a workflow had run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.standin.actions import checks, statuses, workflows
from bot.standin.actions.checks import RunEdit
from bot.standin.checks import Annotation, CheckRun, CommitStatus, WorkflowRun
from bot.standin.persons.base import Acting


class WithChecks(Acting):
    async def finish_check(
        self,
        repo: str,
        number: int,
        conclusion: str,
        *,
        by: str,
        name: str = "tests",
        title: str | None = None,
        summary: str | None = None,
        annotations: Sequence[Annotation] = (),
        log: str = "",
    ) -> CheckRun:
        """A workflow on the head of a pull request that runs one job to this end."""
        site, repository, user = self._of(repo, by)
        edit = RunEdit(conclusion=conclusion, title=title or name, summary=summary, annotations=annotations)
        return await workflows.report_on(site, repository, number, user, name, edit, log)

    async def fail_check(
        self, repo: str, number: int, *, by: str, name: str = "tests", summary: str = "", log: str = ""
    ) -> CheckRun:
        return await self.finish_check(repo, number, "failure", by=by, name=name, summary=summary, log=log)

    async def pass_check(self, repo: str, number: int, *, by: str, name: str = "tests") -> CheckRun:
        return await self.finish_check(repo, number, "success", by=by, name=name)

    async def set_status(self, repo: str, number: int, context: str, state: str, *, by: str) -> CommitStatus:
        """On the head of a pull request, as an older CI system does."""
        site, repository, _, pull, user = self._pull(repo, number, by)
        return await statuses.create_status(
            site,
            repository,
            user,
            pull.head_sha,
            state=state,
            context=context,
            description=None,
            target_url=None,
        )

    async def rerequest_check(self, repo: str, check_run_id: int, *, by: str) -> None:
        site, repository, user = self._of(repo, by)
        await checks.rerequest_run(site, repository, user, repository.checks.run(check_run_id))

    async def dispatch(
        self, repo: str, workflow: str, ref: str, inputs: Mapping[str, str], *, by: str
    ) -> WorkflowRun:
        """`workflow` is the name of its file."""
        site, repository, user = self._of(repo, by)
        found = await workflows.workflow(site, repository, workflow)
        return await workflows.dispatch(site, repository, user, found, ref, inputs)
