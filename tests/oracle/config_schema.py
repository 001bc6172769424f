"""Which configs a JSON Schema refuses, as an independent validator says.

Reads {"schema": …, "configs": [[…], …]} as JSON and writes a list with an entry for each config: what is wrong with it,
nothing where it fits. Ends with an error where the schema itself is none.
"""

import json
import sys

from jsonschema import Draft7Validator

question = json.load(sys.stdin)
Draft7Validator.check_schema(question["schema"])
validator = Draft7Validator(question["schema"])
answers = []
for config in question["configs"]:
    answers.append([f"{error.json_path}: {error.message}" for error in validator.iter_errors(config)])
json.dump(answers, sys.stdout)
