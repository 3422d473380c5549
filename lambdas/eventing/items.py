"""Items in DynamoDB's notation, and the plain dictionaries that they stand for.

boto3's own serializer does the same, for more types; it took half of a handler's own time.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from typing import Any


def to_item(values: dict[str, Any]) -> dict[str, Any]:
    """A dictionary in DynamoDB's notation, without the keys whose value is None.

    TypeError for what is no text, integer, truth value, list or dictionary.
    """
    return {key: _attribute(value) for key, value in values.items() if value is not None}


def from_item(item: dict[str, Any]) -> dict[str, Any]:
    """The dictionary that an item in DynamoDB's notation stands for. Numbers are integers, as all
    of ours are; sets and bytes, of which we have none, come as they are.
    """
    return {key: _value(attribute) for key, attribute in item.items()}


def _attribute(value: Any) -> dict[str, Any]:
    kind = type(value)
    if kind is str:
        return {"S": value}
    if kind is int:
        return {"N": str(value)}
    if kind is bool:
        return {"BOOL": value}
    if kind is dict:
        return {"M": {key: _attribute(each) for key, each in value.items()}}
    if kind is list:
        return {"L": [_attribute(each) for each in value]}
    if value is None:
        return {"NULL": True}
    raise TypeError(f"{kind.__name__} is not stored")


def _value(attribute: dict[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    if kind == "N":
        return int(value)
    if kind == "M":
        return {key: _value(each) for key, each in value.items()}
    if kind == "L":
        return [_value(each) for each in value]
    return None if kind == "NULL" else value
