"""The loop: the model says what to do, the tools do it, until it hands something in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from workflows.agents.budget import BudgetSpent
from workflows.agents.desk import Desk
from workflows.agents.roles import Role
from workflows.agents.tools.port import AnyTool, ToolResult, refuse
from workflows.agents.tools.submit import Submit
from workflows.engine.context import Context
from workflows.errors import UserProblem
from workflows.ports.all import Ports
from workflows.ports.model import Message, ToolCall, ToolSpec, Turn

O = TypeVar("O", bound=BaseModel)  # noqa: E741 - the output of a role

GO_ON = "Use the tools. When you are done, call submit."


async def work(ctx: Context[Ports], role: Role[O], task: str, desk: Desk) -> O:
    """Every turn and every tool call is recorded, so a crash never pays for the same tokens twice."""
    tools: Sequence[AnyTool] = (*role.tools, Submit(role.output))
    specs = [_spec(tool) for tool in tools]
    messages = [Message(role="system", content=role.instructions()), Message(role="user", content=task)]
    spent = 0
    for number in range(1, role.budget.turns + 1):

        async def think() -> Turn:
            return await ctx.ports.model.complete(role.route, messages, specs)

        turn = await ctx.record(f"turn {number}", Turn, think)
        spent += turn.usage.tokens_in + turn.usage.tokens_out
        messages.append(Message(role="assistant", content=turn.text, tool_calls=turn.tool_calls))
        for place, call in enumerate(turn.tool_calls, 1):

            async def use(call: ToolCall = call) -> ToolResult:
                return await _use(call, tools, desk)

            result = await ctx.record(f"turn {number} call {place}", ToolResult, use)
            if result.handed_in is not None:
                return role.output.model_validate(result.handed_in)
            # Applied whether just made or read from the journal: so the desk is as it was after a crash.
            if result.change is not None:
                desk.change(result.change)
            messages.append(Message(role="tool", content=result.text, tool_call_id=call.id))
        if not turn.tool_calls:
            messages.append(Message(role="user", content=GO_ON))
        if spent > role.budget.tokens:
            raise BudgetSpent(f"the {role.name} spent {spent} tokens without handing anything in")
    raise BudgetSpent(f"the {role.name} took {role.budget.turns} turns without handing anything in")


async def _use(call: ToolCall, tools: Sequence[AnyTool], desk: Desk) -> ToolResult:
    """A wrong name or a wrong argument goes back to the model, as text that it can act on."""
    tool = next((tool for tool in tools if tool.name == call.name), None)
    if tool is None:
        return refuse(f"there is no tool {call.name}; there are {', '.join(tool.name for tool in tools)}")
    try:
        arguments = tool.arguments.model_validate_json(call.arguments or "{}")
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'arguments'}: {item['msg']}"
            for item in error.errors(include_url=False)
        )
        return refuse(f"{call.name} was not called: {wrong}")
    try:
        return await tool.use(arguments, desk)
    except UserProblem as problem:
        return refuse(problem.sentence)


def _spec(tool: AnyTool) -> ToolSpec:
    return ToolSpec(
        name=tool.name,
        description=tool.description,
        parameters=tool.arguments.model_json_schema(),
    )
