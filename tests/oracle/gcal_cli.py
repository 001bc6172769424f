"""Runs gcalcli with these arguments against the service named in the environment. gcalcli can't be told another address,
so its `build` is; its login is the file it keeps itself."""

import os
import pathlib
import pickle
import sys

import googleapiclient.discovery
from google.oauth2.credentials import Credentials

build = googleapiclient.discovery.build


def build_here(*args, **kwargs):
    kwargs["client_options"] = {"api_endpoint": os.environ["GCAL_ENDPOINT"]}
    return build(*args, static_discovery=True, **kwargs)


googleapiclient.discovery.build = build_here

login = pathlib.Path(os.environ["XDG_DATA_HOME"]) / "gcalcli" / "oauth"
login.parent.mkdir(parents=True, exist_ok=True)
login.write_bytes(
    pickle.dumps(
        Credentials(
            None,
            refresh_token=os.environ["GCAL_REFRESH_TOKEN"],
            token_uri=os.environ["GCAL_TOKEN_URL"],
            client_id=os.environ["GCAL_CLIENT_ID"],
            client_secret=os.environ["GCAL_CLIENT_SECRET"],
        )
    )
)

from gcalcli.cli import main  # noqa: E402  (after `build` was changed)

sys.argv[0] = "gcalcli"
main()
