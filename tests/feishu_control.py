"""What the fake Feishu's control API understands: what people do, in short, and what goes wrong.

The control API speaks JSON:

    POST /control/events    {"events": [ONE, ...], "twice": false} -> {}. ONE is short:
                              {"user": "ou_7", "text": "hi"}             a message
                              {"user": "ou_7", "press": {VALUE}, "message": "om_…", "form": {…}}    a press of a button
                              {"user": "ou_7", "menu": "check"}          a choice of the menu
                              {"user": "ou_7", "place": [31.2, 121.4]}   a location
                              {"user": "ou_7", "photo": BASE64, "text": "a post, where there are words"}
                              {"user": "ou_7", "file": BASE64, "filename": "a.pdf"}
                            with "chat": "oc_5", "mention": true where it is said to the bot in a group.
    GET  /control/sent?chat=ou_7&since=0   -> {"sent": [{"n", "at", "chat", "message", "how", "kind", "text", "card",
                            "file", "reply_to"}]}: what was shown, sent or edited, in order; "n" counts from 1.
    GET  /control/count     -> {"sent": how much was shown}
    GET  /control/calls?since=0            -> {"calls": [...]}: every call with "code" and "error", applied or refused.
    GET  /control/state     -> {"pending": events not acknowledged, "lost", "calls", "sent", "refused": {error: count},
                            "slow": not acknowledged within 3 s, "cut", "toasts", "connections"}
    POST /control/faults    [{"do": "429", "method": "send", "times": 1, "seconds": 2, "after": false}, ...]; do: 429,
                            400, 500, 502, hang, drop, garbage; `after` applies the call first. method "*" is every one.
    POST /control/settings  {"flood": 1.0, "latency": 0.0, "scale": 0.01, "callback": "http://…", "patient": false};
                            patient people do the next thing when the one before was taken, and press again what was not
    POST /control/drop      all long connections are cut
    POST /control/expire    all tokens end
    POST /control/reset     everything as at the start
"""

import base64
from typing import Any

from feishu_far import Fault, Json
from feishu_lines import Lines


class Control(Lines):
    """People and faults from outside of the process."""

    def state(self) -> Json:
        """What is on its way, what was given up, and what people saw."""
        told = {"pending": len(self.deliveries), "lost": len(self.lost), "slow": self.slow, "cut": self.cut}
        return {**told, "toasts": len(self.toasts), "connections": len(self.lines)}

    async def order(self, what: str, body: Any) -> Json:
        """As the head of this module says."""
        if what == "events":
            for one in body["events"]:
                self._short(dict(one), bool(body.get("twice")))
        elif what == "faults":
            self.faults += [Fault(**one) for one in body]
        elif what == "settings":
            self.flood.factor = body.get("flood", self.flood.factor)
            self.latency, self.scale = body.get("latency", self.latency), body.get("scale", self.scale)
            self.callback, self.patient = body.get("callback", self.callback), body.get("patient", self.patient)
        elif what == "drop":
            await self.drop()
        elif what == "expire":
            self.expire()
        else:
            return await super().order(what, body)
        return {}

    def _short(self, one: Json, twice: bool) -> None:
        user, more = str(one.pop("user")), {"twice": twice, "chat": one.pop("chat", "")}
        if "press" in one:
            self.press_value(user, one["message"], one["press"], one.get("form"), **more)
        elif "menu" in one:
            self.choose(user, one["menu"])
        elif "place" in one:
            self.place(user, *one["place"], **more)
        elif "photo" in one and one.get("text"):
            self.post(user, one["text"], base64.b64decode(one["photo"]), **more)
        elif "photo" in one:
            self.picture(user, base64.b64decode(one["photo"]), **more)
        elif "file" in one:
            self.file(user, base64.b64decode(one["file"]), one["filename"], **more)
        else:
            self.say(user, one.get("text", ""), mention=bool(one.get("mention")), **more)
